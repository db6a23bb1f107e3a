import { Registries } from "./registries.ts";

/** Set by `deno task test:publish`: these tests take longer than all others want to wait. */
const isWanted = Deno.env.get("CARYATID_REQUIRE_PUBLISH") === "1";
let registries: Registries | undefined;

/** Registers a test that starts from the published workspace; ignored, and its name says why, where they aren't asked for. */
export function testPublished(
  name: string,
  fn: (registries: Registries, t: Deno.TestContext) => Promise<void>,
): void {
  if (!isWanted) {
    const why = "skipped: deno task test:publish runs it";
    Deno.test.ignore(`${name} (${why})`, () => {});
    return;
  }
  hook();
  Deno.test(name, (t) => fn(registries!, t));
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
