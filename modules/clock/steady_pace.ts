import type { Clock } from "@caryatid/sdk";
import type { Due, Pace } from "./pace.ts";

/** The two clocks are read one after the other, and one of them in whole milliseconds: more than this apart, the time was set. */
const TOLERANCE = 20;

/**
 * Falls due at once and every `period` after that, without drift. All in milliseconds.
 *
 * Whoever sets the time of day changes what the ticks say from then on, not when they come.
 */
export class SteadyPace implements Pace {
  readonly #clock: Clock;
  readonly #period: number;
  readonly #start: number;
  /** Of the time of day, ahead of the monotonic one. */
  #ahead: number;
  /** Periods from the start to the last tick. */
  #passed = -1;

  /** Begins now. */
  constructor(clock: Clock, period: number) {
    this.#clock = clock;
    this.#period = period;
    this.#start = clock.monotonic();
    this.#ahead = clock.now() - this.#start;
  }

  async next(): Promise<Due> {
    const expected = this.#passed + 1;
    await this.#sleepUntil(this.#at(expected));
    const elapsed = this.#clock.monotonic() - this.#start;
    this.#passed = Math.max(expected, Math.floor(elapsed / this.#period));
    return {
      time: this.#timeOfDay(this.#at(this.#passed)),
      missed: this.#passed - expected,
    };
  }

  /** From the start each time: sums of periods would add up rounding errors. */
  #at(periods: number): number {
    return this.#start + periods * this.#period;
  }

  async #sleepUntil(due: number): Promise<void> {
    const left = () => due - this.#clock.monotonic();
    // A timer takes whole milliseconds, and may ring a little early.
    while (left() > 0) await this.#clock.sleep(Math.ceil(left()));
  }

  #timeOfDay(due: number): number {
    const ahead = this.#clock.now() - this.#clock.monotonic();
    if (Math.abs(ahead - this.#ahead) > TOLERANCE) this.#ahead = ahead;
    return Math.round(due + this.#ahead);
  }
}
