import { loopMonotonic } from "@caryatid/sdk/internal/bus";

/** Options of {@linkcode Sampler}. */
export interface SamplerOptions {
  /** Share of the calls that are selected, 0 to 1. */
  readonly share: number;
  /** Maximum number of selected calls per second. */
  readonly perSecond: number;
  /** Called at the first call that the maximum skips. */
  readonly onLimit?: () => void;
  /** Returns a random number from 0 to below 1 (`Math.random`). */
  readonly random?: () => number;
  /** Returns milliseconds of a monotonic clock. */
  readonly now?: () => number;
}

/**
 * Selects a share of calls at random, up to a number per second. It draws the
 * distance to the next selected call, so that a call in between only counts.
 *
 * The maximum protects a process under load: a sampled message takes about
 * thirty times as long as another one.
 */
export class Sampler {
  readonly #options: SamplerOptions;
  readonly #random: () => number;
  readonly #now: () => number;
  /** Number of calls up to the next selected one. */
  #left: number;
  /** Number of calls that may still be selected, and its time. */
  #allowance: number;
  #allowedAt: number;
  #skipped = 0;
  #isLimited = false;

  /** Selects nothing yet. */
  constructor(options: SamplerOptions) {
    this.#options = options;
    this.#random = options.random ?? Math.random;
    this.#now = options.now ?? loopMonotonic;
    this.#left = this.#distance();
    this.#allowance = options.perSecond;
    this.#allowedAt = this.#now();
  }

  /** Returns true for the selected share of calls. */
  select(): boolean {
    if (--this.#left > 0) return false;
    this.#left = this.#distance();
    return this.#options.share > 0 && this.#allows();
  }

  /**
   * Returns the number of calls that the maximum skipped since the last call of
   * this method.
   */
  takeSkipped(): number {
    const skipped = this.#skipped;
    this.#skipped = 0;
    return skipped;
  }

  /** Number of calls up to the next selected one, at least 1. */
  #distance(): number {
    const { share } = this.#options;
    if (share >= 1) return 1;
    if (share <= 0) return Infinity;
    const drawn = Math.log(1 - this.#random()) / Math.log(1 - share);
    return Math.floor(drawn) + 1;
  }

  #allows(): boolean {
    if (this.#allowance < 1) this.#renew();
    if (this.#allowance >= 1) {
      this.#allowance--;
      return true;
    }
    this.#skipped++;
    if (this.#isLimited) return false;
    this.#isLimited = true;
    this.#options.onLimit?.();
    return false;
  }

  /** Adds the calls that the elapsed time allows, up to those of one second. */
  #renew(): void {
    const { perSecond } = this.#options;
    const now = this.#now();
    const gained = (now - this.#allowedAt) / 1_000 * perSecond;
    this.#allowance = Math.min(perSecond, this.#allowance + gained);
    this.#allowedAt = now;
  }
}
