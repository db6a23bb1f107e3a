/** How many of the messages are logged. */
export interface SamplingOptions {
  /** The first of each so many (1). */
  readonly oneIn: number;
  /** At most so many in a second (any number). */
  readonly perSecond?: number | undefined;
}

const SECOND = 1_000;

/** Chooses messages: one in so many, and of these at most so many a second. */
export class Sampling {
  readonly #oneIn: number;
  readonly #perSecond: number;
  #count = 0;
  #windowEnds = -Infinity;
  #inWindow = 0;
  #leftOut = 0;

  /** Nothing was seen yet. */
  constructor({ oneIn, perSecond = Infinity }: SamplingOptions) {
    this.#oneIn = oneIn;
    this.#perSecond = perSecond;
  }

  /** Whether to log the message that is there now; `now` in milliseconds. */
  choose(now: number): boolean {
    if (this.#count++ % this.#oneIn !== 0) return false;
    if (now >= this.#windowEnds) {
      this.#windowEnds = now + SECOND;
      this.#inWindow = 0;
    }
    if (this.#inWindow < this.#perSecond) {
      this.#inWindow++;
      return true;
    }
    this.#leftOut++;
    return false;
  }

  /** How many there were beyond `perSecond` since this was asked last. */
  takeLeftOut(): number {
    const leftOut = this.#leftOut;
    this.#leftOut = 0;
    return leftOut;
  }
}
