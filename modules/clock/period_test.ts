import assert from "node:assert/strict";
import { Period } from "./period.ts";

const START = 1_000_000;

Deno.test("Period waits until the next tick, whatever sending took", () => {
  const period = new Period(START, 1_000);
  assert.equal(period.wait(START), 1_000);
  assert.equal(period.wait(START + 300), 700);
  assert.equal(period.wait(START + 1_300), 0);
});

Deno.test("Period gives the time that a tick was due, not the time of waking up", () => {
  const period = new Period(START, 1_000);
  assert.deepEqual(period.take(START + 1_003), {
    time: START + 1_000,
    missed: 0,
  });
});

Deno.test("Period doesn't drift when its timers ring late or early", () => {
  const period = new Period(START, 1_000);
  for (let n = 1; n <= 1_000; n++) {
    const now = START + n * 1_000 + (n % 7) - 1;
    assert.deepEqual(period.take(now), {
      time: START + n * 1_000,
      missed: 0,
    });
  }
});

Deno.test("Period sums up no rounding errors when it isn't a whole number of milliseconds", () => {
  const period = new Period(START, 100 / 3);
  for (let n = 1; n <= 300; n++) period.take(START + n * 100 / 3);
  assert.equal(period.wait(START + 10_000), START + 301 * 100 / 3 - 1_010_000);
});

Deno.test("Period leaves out late ticks but the last, and counts them", () => {
  const period = new Period(START, 1_000);
  assert.deepEqual(period.take(START + 4_500), {
    time: START + 4_000,
    missed: 3,
  });
  assert.equal(period.wait(START + 4_500), 500);
});

Deno.test("Period goes on from the new time when it is set back an hour", async (t) => {
  const HOUR = 3_600_000;
  await t.step("while it sleeps", () => {
    const period = new Period(START, 1_000);
    const now = START + 1_000 - HOUR;
    assert.deepEqual(period.take(now), { time: now, missed: 0 });
    assert.equal(period.wait(now), 1_000);
  });
  await t.step("before it sleeps", () => {
    const period = new Period(START, 1_000);
    const wait = period.wait(START - HOUR);
    assert(wait < 1_100, `it waits ${wait} ms`);
    const now = START - HOUR + wait;
    assert.deepEqual(period.take(now), { time: now, missed: 0 });
  });
});

Deno.test("Period sends one tick, not 3600, when the time is set forward an hour", () => {
  const period = new Period(START, 1_000);
  const now = START + 1_000 + 3_600_000;
  assert.deepEqual(period.take(now), { time: now, missed: 3_600 });
});
