import { VirtualClock } from "@caryatid/sdk/testing";
import assert from "node:assert/strict";
import { alignedSchedule, type Schedule } from "./schedules.ts";
import type { DueTick } from "./ticker.ts";
import { WallClockTicker } from "./wall_clock_ticker.ts";

const MINUTE = 60_000;
const HOUR = 60 * MINUTE;
const START = Date.UTC(2026, 0, 1, 12, 0, 30);
const NOON = Date.UTC(2026, 0, 1, 12);

Deno.test("WallClockTicker is due at the times of day, not at the start", async () => {
  await using run = new Run(MINUTE);
  await run.clock.advance(2 * MINUTE);
  assert.deepEqual(run.ticks, [
    { time: NOON + MINUTE, missed: 0 },
    { time: NOON + 2 * MINUTE, missed: 0 },
  ]);
});

Deno.test("WallClockTicker repeats the ticks of an hour when the time is set back", async () => {
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

Deno.test("WallClockTicker skips the ticks of an hour when the time is set forward", async () => {
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

Deno.test("WallClockTicker repeats no tick when the time is set back by up to a second", async () => {
  await using run = new Run(MINUTE);
  await run.clock.advance(30_000);
  run.clock.setTime(run.clock.now() - 999);
  await run.clock.advance(MINUTE);
  assert.deepEqual(run.ticks, [{ time: NOON + MINUTE, missed: 0 }]);
  await run.clock.advance(999);
  assert.equal(run.ticks.length, 2);
});

Deno.test("WallClockTicker notices a set time within a minute, however late the next tick is", async () => {
  await using run = new Run(24 * HOUR);
  await run.clock.advance(MINUTE);
  run.clock.setTime(Date.UTC(2026, 0, 1, 23, 59, 59));
  await run.clock.advance(MINUTE);
  assert.deepEqual(run.ticks, [{ time: Date.UTC(2026, 0, 2), missed: 0 }]);
});

Deno.test("WallClockTicker ends after the last time", async () => {
  const one: Schedule = {
    after: (time) => time < NOON + MINUTE ? NOON + MINUTE : undefined,
    before: () => NOON + MINUTE,
    between: () => 0,
  };
  const clock = new VirtualClock({ start: START });
  const ticker = new WallClockTicker(clock, one);
  const first = ticker.next();
  await clock.advance(MINUTE);
  assert.deepEqual(await first, { time: NOON + MINUTE, missed: 0 });
  assert.equal(await ticker.next(), undefined);
});

/** Collects the ticks that are due. */
class Run implements AsyncDisposable {
  readonly clock = new VirtualClock({ start: START });
  readonly ticks: DueTick[] = [];
  readonly #stop = new AbortController();
  readonly #running: Promise<void>;

  constructor(period: number) {
    const clock = {
      now: () => this.clock.now(),
      monotonic: () => this.clock.monotonic(),
      sleep: (ms: number) => this.clock.sleep(ms, this.#stop.signal),
    };
    const ticker = new WallClockTicker(clock, alignedSchedule(period));
    this.#running = (async () => {
      for (let due; (due = await ticker.next());) this.ticks.push(due);
    })();
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#stop.abort();
    await assert.rejects(this.#running, { code: "ABORTED" });
  }
}
