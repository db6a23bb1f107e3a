import type { Clock } from "@caryatid/sdk";
import type { Schedule } from "./schedules.ts";
import type { DueTick, Ticker } from "./ticker.ts";

/** Maximum sleep in milliseconds: the time can be set meanwhile. */
const MAX_SLEEP = 60_000;

/**
 * Maximum correction in milliseconds: a time set back by less repeats no tick.
 */
const CORRECTION = 1_000;

/**
 * Ticks at the times of a schedule. If the time of day is set, ticks that it
 * skips are omitted, and ticks that it repeats are repeated.
 */
export class WallClockTicker implements Ticker {
  readonly #clock: Clock;
  readonly #schedule: Schedule;
  /** Difference of the time of day and the monotonic time. */
  #ahead: number;
  /** Time of the last tick. */
  #last: number;

  /** Starts now: earlier times are not due. */
  constructor(clock: Clock, schedule: Schedule) {
    this.#clock = clock;
    this.#schedule = schedule;
    this.#last = clock.now();
    this.#ahead = this.#last - clock.monotonic();
  }

  async next(): Promise<DueTick | undefined> {
    for (;;) {
      const now = this.#clock.now();
      this.#adjust(now);
      const due = this.#schedule.after(this.#last);
      if (due === undefined) return undefined;
      if (due <= now) return this.#take(now);
      await this.#clock.sleep(Math.min(Math.ceil(due - now), MAX_SLEEP));
    }
  }

  /** Moves the last tick if the time was set back. */
  #adjust(now: number): void {
    const ahead = now - this.#clock.monotonic();
    const change = ahead - this.#ahead;
    if (change < -CORRECTION) this.#last += change;
    if (change < -CORRECTION || change > 0) this.#ahead = ahead;
  }

  #take(now: number): DueTick {
    const time = this.#schedule.before(now + 1);
    const missed = this.#schedule.between(this.#last, time);
    this.#last = time;
    return { time, missed };
  }
}
