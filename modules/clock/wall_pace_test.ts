import { VirtualClock } from "@caryatid/sdk/testing";
import assert from "node:assert/strict";
import { alignedTimes } from "./aligned_times.ts";
import type { Due } from "./pace.ts";
import { type Times, WallPace } from "./wall_pace.ts";

const MINUTE = 60_000;
const HOUR = 60 * MINUTE;
const START = Date.UTC(2026, 0, 1, 12, 0, 30);
const NOON = Date.UTC(2026, 0, 1, 12);

Deno.test("WallPace is due at the times of day, not at the start", async () => {
  await using run = new Run(MINUTE);
  await run.clock.advance(2 * MINUTE);
  assert.deepEqual(run.ticks, [
    { time: NOON + MINUTE, missed: 0 },
    { time: NOON + 2 * MINUTE, missed: 0 },
  ]);
});

Deno.test("WallPace begins anew from the new time when it is set back an hour", async () => {
  await using run = new Run(MINUTE);
  await run.clock.advance(MINUTE);
  run.clock.setTime(run.clock.now() - HOUR);
  await run.clock.advance(2 * MINUTE);
  assert.deepEqual(run.ticks, [
    { time: NOON + MINUTE, missed: 0 },
    { time: NOON + 2 * MINUTE - HOUR, missed: 0 },
    { time: NOON + 3 * MINUTE - HOUR, missed: 0 },
  ]);
});

Deno.test("WallPace leaves out what a time that is set forward an hour leaps over", async () => {
  await using run = new Run(MINUTE);
  await run.clock.advance(MINUTE);
  run.clock.setTime(run.clock.now() + HOUR);
  await run.clock.advance(2 * MINUTE);
  assert.deepEqual(run.ticks, [
    { time: NOON + MINUTE, missed: 0 },
    { time: NOON + 2 * MINUTE + HOUR, missed: 60 },
    { time: NOON + 3 * MINUTE + HOUR, missed: 0 },
  ]);
});

Deno.test("WallPace doesn't tick again when the time is put right by up to a second", async () => {
  await using run = new Run(MINUTE);
  await run.clock.advance(30_000);
  run.clock.setTime(run.clock.now() - 999);
  await run.clock.advance(MINUTE);
  assert.deepEqual(run.ticks, [{ time: NOON + MINUTE, missed: 0 }]);
  await run.clock.advance(999);
  assert.equal(run.ticks.length, 2);
});

Deno.test("WallPace notices within a minute that the time was set, however far the next tick is", async () => {
  await using run = new Run(24 * HOUR);
  await run.clock.advance(MINUTE);
  run.clock.setTime(Date.UTC(2026, 0, 1, 23, 59, 59));
  await run.clock.advance(MINUTE);
  assert.deepEqual(run.ticks, [{ time: Date.UTC(2026, 0, 2), missed: 0 }]);
});

Deno.test("WallPace ends when there are no more times", async () => {
  const one: Times = {
    after: (time) => time < NOON + MINUTE ? NOON + MINUTE : undefined,
    before: () => NOON + MINUTE,
    between: () => 0,
  };
  const clock = new VirtualClock({ start: START });
  const pace = new WallPace(clock, one);
  const first = pace.next();
  await clock.advance(MINUTE);
  assert.deepEqual(await first, { time: NOON + MINUTE, missed: 0 });
  assert.equal(await pace.next(), undefined);
});

/** Collects what falls due. */
class Run implements AsyncDisposable {
  readonly clock = new VirtualClock({ start: START });
  readonly ticks: Due[] = [];
  readonly #stop = new AbortController();
  readonly #running: Promise<void>;

  constructor(period: number) {
    const clock = {
      now: () => this.clock.now(),
      monotonic: () => this.clock.monotonic(),
      sleep: (ms: number) => this.clock.sleep(ms, this.#stop.signal),
    };
    const pace = new WallPace(clock, alignedTimes(period));
    this.#running = (async () => {
      for (let due; (due = await pace.next());) this.ticks.push(due);
    })();
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#stop.abort();
    await assert.rejects(this.#running, { code: "ABORTED" });
  }
}
