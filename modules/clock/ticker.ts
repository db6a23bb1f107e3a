/** A tick that is due. */
export interface DueTick {
  /** Time at which it was due, in milliseconds since 1970. */
  readonly time: number;
  /**
   * Number of earlier ticks that were due as well and are skipped: late ticks
   * are not published in a burst.
   */
  readonly missed: number;
}

/** Waits for ticks. */
export interface Ticker {
  /**
   * Resolves when the next tick is due: at once, with the latest due tick, if
   * it is late. Resolves with undefined if no tick follows.
   *
   * Rejects with `ABORTED` when the process stops.
   */
  next(): Promise<DueTick | undefined>;
}
