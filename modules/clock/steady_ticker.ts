import type { Clock } from "@caryatid/sdk";
import type { DueTick, Ticker } from "./ticker.ts";

/**
 * Difference between the clocks from which on the time was set, in
 * milliseconds: they are read at different moments.
 */
const TOLERANCE = 20;

/**
 * Ticks at once and then every `period` milliseconds, without drift.
 *
 * Setting the time of day changes the times in later ticks, not the moments of
 * the ticks.
 */
export class SteadyTicker implements Ticker {
  readonly #clock: Clock;
  readonly #period: number;
  readonly #start: number;
  /** Difference of the time of day and the monotonic time. */
  #ahead: number;
  /** Number of periods from the start to the last tick. */
  #passed = -1;

  /** Starts now. */
  constructor(clock: Clock, period: number) {
    this.#clock = clock;
    this.#period = period;
    this.#start = clock.monotonic();
    this.#ahead = clock.now() - this.#start;
  }

  async next(): Promise<DueTick> {
    const expected = this.#passed + 1;
    await this.#sleepUntil(this.#at(expected));
    const elapsed = this.#clock.monotonic() - this.#start;
    this.#passed = Math.max(expected, Math.floor(elapsed / this.#period));
    return {
      time: this.#timeOfDay(this.#at(this.#passed)),
      missed: this.#passed - expected,
    };
  }

  /**
   * Returns the moment after `periods`, computed from the start: a sum of
   * periods would add up rounding errors.
   */
  #at(periods: number): number {
    return this.#start + periods * this.#period;
  }

  async #sleepUntil(due: number): Promise<void> {
    const left = () => due - this.#clock.monotonic();
    // A timer takes whole milliseconds and may fire a little early.
    while (left() > 0) await this.#clock.sleep(Math.ceil(left()));
  }

  #timeOfDay(due: number): number {
    const ahead = this.#clock.now() - this.#clock.monotonic();
    if (Math.abs(ahead - this.#ahead) > TOLERANCE) this.#ahead = ahead;
    return Math.round(due + this.#ahead);
  }
}
