/** A tick to send. */
export interface Due {
  /** When it fell due, in milliseconds since 1970. */
  readonly time: number;
  /** How many ticks before it were due, too, and are left out: late ticks come one at a time, not in a burst. */
  readonly missed: number;
}

/** Says when to tick. */
export interface Pace {
  /**
   * Resolves when the next tick is due; at once, with the last one that is due, if that was earlier. Undefined if there will be
   * none.
   *
   * Rejects with `ABORTED` when the process stops.
   */
  next(): Promise<Due | undefined>;
}
