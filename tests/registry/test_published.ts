import { Registries } from "./registries.ts";

/**
 * Set by `deno task test:publish`, because these tests take longer than all
 * others.
 */
export const isWanted: boolean =
  Deno.env.get("CARYATID_REQUIRE_PUBLISH") === "1";
let registries: Registries | undefined;

/**
 * Registers a test that starts from the published workspace. Without `deno task
 * test:publish` the test is ignored, and its name contains the reason.
 */
export function testPublished(
  name: string,
  fn: (registries: Registries, t: Deno.TestContext) => Promise<void>,
): void {
  if (!isWanted) {
    ignored(name);
    return;
  }
  hook();
  Deno.test(name, (t) => fn(registries!, t));
}

/** Registers an ignored test, whose name contains the reason. */
export function ignored(name: string): void {
  Deno.test.ignore(
    `${name} (skipped: deno task test:publish runs it)`,
    () => {},
  );
}

let isHooked = false;

function hook(): void {
  if (isHooked) return;
  isHooked = true;
  Deno.test.beforeAll(async () => {
    registries = await Registries.start();
  });
  Deno.test.afterAll(() => registries?.[Symbol.asyncDispose]());
}
