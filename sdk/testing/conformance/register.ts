import process from "node:process";

/** One part of a test. */
export interface Step {
  readonly name: string;
  /** Why it is left out, if it is; the name says it, too. */
  readonly skipped: string | undefined;
  run(): Promise<void>;
}

/**
 * Registers a test of steps, each of which runs although one before has failed: with Deno, which also looks for leaks, or with
 * `node:test`.
 */
export function registerTest(
  name: string,
  steps: () => Promise<readonly Step[]>,
): void {
  if ("Deno" in globalThis) registerWithDeno(name, steps);
  else registerWithNode(name, steps);
}

function registerWithDeno(
  name: string,
  steps: () => Promise<readonly Step[]>,
): void {
  Deno.test({
    name,
    sanitizeOps: true,
    sanitizeResources: true,
    async fn(t) {
      for (const { name, skipped, run } of await steps()) {
        await t.step({ name, ignore: skipped !== undefined, fn: run });
      }
    },
  });
}

function registerWithNode(
  name: string,
  steps: () => Promise<readonly Step[]>,
): void {
  // Not imported: Deno has a module of this name, which would register with Deno what only loads it.
  const { test } = process.getBuiltinModule("node:test");
  test(name, async (t) => {
    for (const { name, skipped, run } of await steps()) {
      await t.test(name, { skip: skipped !== undefined }, run);
    }
  });
}
