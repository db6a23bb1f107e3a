import assert from "node:assert/strict";
import { RestartDelay } from "./supervised_process.ts";

Deno.test("RestartDelay grows from 1 to 30 s while the process keeps failing", () => {
  const delay = new RestartDelay();
  const waits = Array.from({ length: 7 }, () => delay.after(59_999));
  assert.deepEqual(waits, [1, 2, 4, 8, 16, 30, 30].map((s) => s * 1000));
});

Deno.test("RestartDelay starts from 1 s again after a run of 60 s", () => {
  const delay = new RestartDelay();
  delay.after(0);
  delay.after(0);
  assert.equal(delay.after(60_000), 1_000);
  assert.equal(delay.after(0), 2_000);
});
