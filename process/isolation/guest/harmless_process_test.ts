import assert from "node:assert/strict";
import { harmlessProcess } from "./harmless_process.ts";

Deno.test("what a guest finds in process touches nothing but itself", async () => {
  const found = harmlessProcess();
  for (const name of ["exit", "kill", "stdin", "stdout", "binding", "dlopen"]) {
    assert(!(name in found), name);
  }
  const heard: unknown[] = [];
  await new Promise<void>((resolve) =>
    found.nextTick(
      (...given: unknown[]) => {
        heard.push(...given);
        resolve();
      },
      1,
      2,
    )
  );
  assert.deepEqual(heard, [1, 2]);
});
