import type { Clock } from "@caryatid/sdk";

/** Options of {@linkcode Sampling}. */
export interface SamplingOptions {
  /** Logs the first of this many messages (default: 1). */
  readonly oneIn: number;
  /** Maximum number of messages per second (default: unlimited). */
  readonly perSecond?: number | undefined;
  /** Clock that measures the second. */
  readonly clock: Clock;
}

const SECOND = 1_000;

/**
 * Selects one message in `oneIn`, and at most `perSecond` of these.
 *
 * It reads the clock for selected messages only, and waits for the end of a
 * second once the limit is reached: a clock that is read for each message costs
 * half of its publish.
 */
export class Sampling {
  /** True if it may refuse messages. */
  readonly isLimited: boolean;
  readonly #oneIn: number;
  readonly #perSecond: number;
  readonly #clock: Clock;
  #count = 0;
  #windowEnds = -Infinity;
  #inWindow = 0;
  /** True until the window ends, once the limit is reached. */
  #isFull = false;
  /** Messages over the limit since the last selected one. */
  #omitted = 0;
  /** Numbers before the last selected message. */
  #due = 0;

  /** Creates a sampling that has counted no message yet. */
  constructor({ oneIn, perSecond = Infinity, clock }: SamplingOptions) {
    this.isLimited = oneIn > 1 || perSecond < Infinity;
    this.#oneIn = oneIn;
    this.#perSecond = perSecond;
    this.#clock = clock;
  }

  /** Counts a message. Returns true if it is selected. */
  choose(): boolean {
    if (this.#oneIn > 1 && this.#count++ % this.#oneIn !== 0) return false;
    if (this.#isFull) {
      this.#omitted++;
      return false;
    }
    if (this.#perSecond < Infinity) this.#countInWindow();
    this.#due += this.#omitted;
    this.#omitted = 0;
    return true;
  }

  /**
   * Returns the number of messages over `perSecond` before the last selected
   * one, since the last call.
   */
  takeOmitted(): number {
    const omitted = this.#due;
    this.#due = 0;
    return omitted;
  }

  #countInWindow(): void {
    const now = this.#clock.monotonic();
    if (now >= this.#windowEnds) {
      this.#windowEnds = now + SECOND;
      this.#inWindow = 0;
    }
    if (++this.#inWindow < this.#perSecond) return;
    this.#isFull = true;
    this.#clock.sleep(this.#windowEnds - now).then(
      () => this.#isFull = false,
      () => {}, // the module stops
    );
  }
}
