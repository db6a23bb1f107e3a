import type { Clock } from "@caryatid/sdk";
import { VirtualClock } from "@caryatid/sdk/testing";
import assert from "node:assert/strict";
import { SteadyTicker } from "./steady_ticker.ts";
import type { DueTick } from "./ticker.ts";

const START = Date.UTC(2026, 0, 1);
const HOUR = 3_600_000;

Deno.test("SteadyTicker is due at once, then after each period", async () => {
  const clock = new VirtualClock({ start: START });
  const ticker = new SteadyTicker(clock, 1_000);
  assert.deepEqual(await ticker.next(), { time: START, missed: 0 });
  const next = ticker.next();
  await clock.advance(1_000);
  assert.deepEqual(await next, { time: START + 1_000, missed: 0 });
});

Deno.test("SteadyTicker returns the due time of a tick instead of the current time and does not drift", async () => {
  const clock = new LateClock();
  const ticker = new SteadyTicker(clock, 1_000);
  for (let n = 0; n < 1_000; n++) {
    assert.deepEqual(await ticker.next(), { time: n * 1_000, missed: 0 });
  }
});

Deno.test("SteadyTicker adds up no rounding errors with a fractional period", async () => {
  const clock = new LateClock();
  const ticker = new SteadyTicker(clock, 100 / 3);
  let due = await ticker.next();
  for (let n = 0; n < 30_000; n++) due = await ticker.next();
  assert.equal(due.time, 1_000_000);
});

Deno.test("SteadyTicker skips and counts all late ticks but the last", async () => {
  const clock = new VirtualClock({ start: START });
  const ticker = new SteadyTicker(clock, 1_000);
  await ticker.next();
  await clock.advance(4_500);
  assert.deepEqual(await ticker.next(), { time: START + 4_000, missed: 3 });
  const next = ticker.next();
  await clock.advance(500);
  assert.deepEqual(await next, { time: START + 5_000, missed: 0 });
});

for (const [way, jump] of [["back", -HOUR], ["forward", HOUR]] as const) {
  Deno.test(`SteadyTicker keeps its interval when the system clock is set ${way} an hour, and returns the new time`, async () => {
    const clock = new VirtualClock({ start: START });
    const ticker = new SteadyTicker(clock, 1_000);
    const ticks: DueTick[] = [await ticker.next()];
    const ticking = (async () => {
      while (ticks.length < 5) ticks.push(await ticker.next());
    })();
    await clock.advance(2_400); // in the middle of a sleep
    clock.setTime(clock.now() + jump);
    await clock.advance(2_000);
    await ticking;
    assert.deepEqual(ticks, [
      { time: START, missed: 0 },
      { time: START + 1_000, missed: 0 },
      { time: START + 2_000, missed: 0 },
      { time: START + 3_000 + jump, missed: 0 },
      { time: START + 4_000 + jump, missed: 0 },
    ]);
  });
}

Deno.test("SteadyTicker does not mistake the difference of two clock readings for a set time", async () => {
  const clock = new LateClock();
  const ticker = new SteadyTicker(clock, 10);
  await ticker.next();
  for (const jitter of [-1, 1, -19, 19]) {
    clock.jitter = jitter;
    assert.equal((await ticker.next()).time % 10, 0);
  }
});

/** Wakes up to 7 ms late, and now and then early. */
class LateClock implements Clock {
  jitter = 0;
  #now = 0;
  #sleeps = 0;

  now(): number {
    return this.#now + this.jitter;
  }

  monotonic(): number {
    return this.#now;
  }

  sleep(milliseconds: number): Promise<void> {
    this.#now += milliseconds + (this.#sleeps++ % 9) - 1;
    return Promise.resolve();
  }
}
