import assert from "node:assert/strict";
import { restrictedProcess } from "./restricted_globals.ts";

Deno.test("the process of a guest affects nothing but the guest", async () => {
  const found = restrictedProcess();
  for (const name of ["exit", "kill", "stdin", "stdout", "binding", "dlopen"]) {
    assert(!(name in found), name);
  }
  const received: unknown[] = [];
  await new Promise<void>((resolve) =>
    found.nextTick(
      (...given: unknown[]) => {
        received.push(...given);
        resolve();
      },
      1,
      2,
    )
  );
  assert.deepEqual(received, [1, 2]);
});
