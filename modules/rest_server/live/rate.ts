/** Limit of actions per second, and of actions at once. */
export class Rate {
  readonly #perSecond: number;
  readonly #most: number;
  readonly #now: () => number;
  #left: number;
  #since: number;

  /** `now` returns monotonic milliseconds. */
  constructor(perSecond: number, now: () => number = () => performance.now()) {
    this.#perSecond = perSecond;
    this.#most = Math.max(1, perSecond);
    this.#left = this.#most;
    this.#now = now;
    this.#since = now();
  }

  /** Returns true if one more action is allowed. */
  take(): boolean {
    const now = this.#now();
    const earned = (now - this.#since) * this.#perSecond / 1000;
    this.#left = Math.min(this.#most, this.#left + earned);
    this.#since = now;
    if (this.#left < 1) return false;
    this.#left--;
    return true;
  }
}
