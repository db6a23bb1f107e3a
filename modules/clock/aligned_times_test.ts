import assert from "node:assert/strict";
import { alignedTimes } from "./aligned_times.ts";

const MINUTE = 60_000;

Deno.test("alignedTimes() are the whole multiples of the period", () => {
  const times = alignedTimes(MINUTE);
  assert.equal(times.after(90_000), 2 * MINUTE);
  assert.equal(times.after(2 * MINUTE), 3 * MINUTE);
  assert.equal(times.before(90_000), MINUTE);
  assert.equal(times.before(2 * MINUTE), MINUTE);
});

Deno.test("alignedTimes() counts what lies between, without the ends", () => {
  const times = alignedTimes(MINUTE);
  assert.equal(times.between(0, MINUTE), 0);
  assert.equal(times.between(0, 5 * MINUTE), 4);
  assert.equal(times.between(1, 5 * MINUTE + 1), 5);
  assert.equal(times.between(MINUTE, MINUTE), 0);
});

Deno.test("alignedTimes() goes on from each of its times, whatever the rounding", () => {
  for (const period of [1, 100 / 3, 0.1 * 1000, 1000 / 7]) {
    const times = alignedTimes(period);
    let time = Date.UTC(2026, 0, 1);
    for (let n = 0; n < 10_000; n++) {
      const next = times.after(time)!;
      assert(next > time && next - time < period * 1.001);
      assert.equal(times.before(next + 0.001), next);
      time = next;
    }
  }
});
