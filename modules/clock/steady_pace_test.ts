import type { Clock } from "@caryatid/sdk";
import { VirtualClock } from "@caryatid/sdk/testing";
import assert from "node:assert/strict";
import type { Due } from "./pace.ts";
import { SteadyPace } from "./steady_pace.ts";

const START = Date.UTC(2026, 0, 1);
const HOUR = 3_600_000;

Deno.test("SteadyPace is due at once, and then a period after that", async () => {
  const clock = new VirtualClock({ start: START });
  const pace = new SteadyPace(clock, 1_000);
  assert.deepEqual(await pace.next(), { time: START, missed: 0 });
  const next = pace.next();
  await clock.advance(1_000);
  assert.deepEqual(await next, { time: START + 1_000, missed: 0 });
});

Deno.test("SteadyPace gives the time that a tick was due, not that of waking up, and doesn't drift", async () => {
  const clock = new LateClock();
  const pace = new SteadyPace(clock, 1_000);
  for (let n = 0; n < 1_000; n++) {
    assert.deepEqual(await pace.next(), { time: n * 1_000, missed: 0 });
  }
});

Deno.test("SteadyPace sums up no rounding errors when the period isn't a whole number of milliseconds", async () => {
  const clock = new LateClock();
  const pace = new SteadyPace(clock, 100 / 3);
  let due = await pace.next();
  for (let n = 0; n < 30_000; n++) due = await pace.next();
  assert.equal(due.time, 1_000_000);
});

Deno.test("SteadyPace leaves out late ticks but the last, and counts them", async () => {
  const clock = new VirtualClock({ start: START });
  const pace = new SteadyPace(clock, 1_000);
  await pace.next();
  await clock.advance(4_500);
  assert.deepEqual(await pace.next(), { time: START + 4_000, missed: 3 });
  const next = pace.next();
  await clock.advance(500);
  assert.deepEqual(await next, { time: START + 5_000, missed: 0 });
});

for (const [way, jump] of [["back", -HOUR], ["forward", HOUR]] as const) {
  Deno.test(`SteadyPace keeps its pace when the time is set ${way} an hour, and tells the new time`, async () => {
    const clock = new VirtualClock({ start: START });
    const pace = new SteadyPace(clock, 1_000);
    const ticks: Due[] = [await pace.next()];
    const ticking = (async () => {
      while (ticks.length < 5) ticks.push(await pace.next());
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

Deno.test("SteadyPace doesn't take the reading of two clocks for a time that was set", async () => {
  const clock = new LateClock();
  const pace = new SteadyPace(clock, 10);
  await pace.next();
  for (const jitter of [-1, 1, -19, 19]) {
    clock.jitter = jitter;
    assert.equal((await pace.next()).time % 10, 0);
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
