import type { Clock } from "@caryatid/sdk";
import type { Due, Pace } from "./pace.ts";

/** Times of day, in milliseconds since 1970. */
export interface Times {
  /** The first one after `time`; undefined if there is none. */
  after(time: number): number | undefined;
  /** The last one before `time`, which is known to exist. */
  before(time: number): number;
  /** How many there are between the two. */
  between(after: number, before: number): number;
}

/** While it sleeps, somebody may set the time: it looks again this often. In milliseconds. */
const LONGEST_SLEEP = 60_000;

/** Set back by no more than this, the time was put right: no tick comes again. In milliseconds. */
const CORRECTION = 1_000;

/** Falls due at certain times of day, whoever sets the time: what that leaps over is left out, what it brings again comes again. */
export class WallPace implements Pace {
  readonly #clock: Clock;
  readonly #times: Times;
  /** Of the time of day, ahead of the monotonic one. */
  #ahead: number;
  /** The last tick: what falls due after it is to come. */
  #last: number;

  /** What falls due from now on. */
  constructor(clock: Clock, times: Times) {
    this.#clock = clock;
    this.#times = times;
    this.#last = clock.now();
    this.#ahead = this.#last - clock.monotonic();
  }

  async next(): Promise<Due | undefined> {
    for (;;) {
      const now = this.#clock.now();
      this.#followBack(now);
      const due = this.#times.after(this.#last);
      if (due === undefined) return undefined;
      if (due <= now) return this.#take(now);
      await this.#clock.sleep(Math.min(Math.ceil(due - now), LONGEST_SLEEP));
    }
  }

  /** Where the last tick stands in a time that was set back. */
  #followBack(now: number): void {
    const ahead = now - this.#clock.monotonic();
    const change = ahead - this.#ahead;
    if (change < -CORRECTION) this.#last += change;
    if (change < -CORRECTION || change > 0) this.#ahead = ahead;
  }

  #take(now: number): Due {
    const time = this.#times.before(now + 1);
    const missed = this.#times.between(this.#last, time);
    this.#last = time;
    return { time, missed };
  }
}
