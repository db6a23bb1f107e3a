import assert from "node:assert/strict";
import { GuestUsage } from "./guest_usage.ts";

Deno.test("the usage of a guest has the cores between its two latest reports", () => {
  let time = 0;
  const usage = new GuestUsage(() => time);
  assert.deepEqual([usage.memory, usage.cores], [undefined, undefined]);
  usage.report(1_000, 50);
  assert.deepEqual([usage.memory, usage.cores], [1_000, undefined]);
  time = 200;
  usage.report(2_000, 150);
  assert.deepEqual([usage.memory, usage.cores], [2_000, 0.5]);
  usage.report(2_000, 160); // at the same time
  assert.equal(usage.cores, 0.5);
  time = 300;
  usage.report(2_000, 0); // a guest can report anything
  assert.equal(usage.cores, 0);
});
