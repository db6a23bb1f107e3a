import assert from "node:assert/strict";
import { durationText, WorkRate } from "./work_rate.ts";

Deno.test("WorkRate returns percent, rate and remaining time", () => {
  const rate = new WorkRate(1_000, 5_000);
  assert.deepEqual(rate.at(0, 5_000), {
    percent: 0,
    perSecond: 0,
    secondsLeft: undefined,
  });
  assert.deepEqual(rate.at(250, 7_000), {
    percent: 25,
    perSecond: 125,
    secondsLeft: 6,
  });
  assert.deepEqual(rate.at(1_000, 13_000), {
    percent: 100,
    perSecond: 125,
    secondsLeft: 0,
  });
});

Deno.test("WorkRate of a work that grows stays at 100 %", () => {
  const state = new WorkRate(10, 0).at(20, 1_000);
  assert.equal(state.percent, 100);
  assert.equal(state.secondsLeft, 0);
  assert.equal(new WorkRate(0, 0).at(0, 1).percent, 100);
});

Deno.test("durationText uses two units", () => {
  assert.deepEqual([0, 59, 60, 185, 7_800].map(durationText), [
    "0 s",
    "59 s",
    "1 min 0 s",
    "3 min 5 s",
    "2 h 10 min",
  ]);
});
