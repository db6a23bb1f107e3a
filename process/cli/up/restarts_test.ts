import assert from "node:assert/strict";
import { Restarts } from "./restarts.ts";

Deno.test("who dies again and again is started after 1, 2, 4 … 30 s", () => {
  const restarts = new Restarts();
  const waits = Array.from({ length: 7 }, () => restarts.after(59_999));
  assert.deepEqual(waits, [1, 2, 4, 8, 16, 30, 30].map((s) => s * 1000));
});

Deno.test("who has run for 60 s begins anew", () => {
  const restarts = new Restarts();
  restarts.after(0);
  restarts.after(0);
  assert.equal(restarts.after(60_000), 1_000);
  assert.equal(restarts.after(0), 2_000);
});
