/** State of a long work. */
export interface WorkState {
  /** Share that is done, 0 to 100, rounded down. */
  readonly percent: number;
  /** Mean rate, in units per second. */
  readonly perSecond: number;
  /** Estimated time to the end, in whole seconds; undefined at the start. */
  readonly secondsLeft: number | undefined;
}

/** Measures the rate of a work of known size, and estimates its end. */
export class WorkRate {
  readonly #total: number;
  readonly #start: number;

  /** Starts at `now`, in monotonic milliseconds. */
  constructor(total: number, now: number) {
    this.#total = total;
    this.#start = now;
  }

  /** Returns the state after `done` units at `now`. */
  at(done: number, now: number): WorkState {
    const seconds = (now - this.#start) / 1_000;
    const perSecond = seconds > 0 ? done / seconds : 0;
    const share = this.#total > 0 ? Math.min(1, done / this.#total) : 1;
    return {
      percent: Math.floor(share * 100),
      perSecond,
      secondsLeft: perSecond > 0
        ? Math.ceil(Math.max(0, this.#total - done) / perSecond)
        : undefined,
    };
  }
}

/** Returns a duration as text: `42 s`, `3 min 5 s`, `2 h 10 min`. */
export function durationText(seconds: number): string {
  if (seconds < 60) return `${seconds} s`;
  const minutes = Math.floor(seconds / 60);
  return minutes < 60
    ? `${minutes} min ${seconds % 60} s`
    : `${Math.floor(minutes / 60)} h ${minutes % 60} min`;
}
