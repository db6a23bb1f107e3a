/** Timers may ring a little early; a time that is earlier by more than this was set back. In milliseconds. */
const EARLY = 20;

/** A tick to send. */
export interface Due {
  /** When it fell due, in milliseconds since 1970. */
  readonly time: number;
  /** How many ticks before it were due, too, and are left out: late ticks come one at a time, not in a burst. */
  readonly missed: number;
}

/**
 * Falls due at `start` and every `period` after it, without drift. All in milliseconds.
 *
 * When the time is set forward, what was missed is left out; when it is set back, the count begins anew from there.
 */
export class Period {
  #start: number;
  readonly #period: number;
  #passed = 0;

  /** `start` itself counts as due, and as sent. */
  constructor(start: number, period: number) {
    this.#start = start;
    this.#period = period;
  }

  /** How long to sleep until the next tick. */
  wait(now: number): number {
    // Not longer than a period: the time may just have been set back.
    return Math.min(Math.max(this.#next - now, 0), this.#period + EARLY);
  }

  /** The tick to send after that sleep: the last one that is due. */
  take(now: number): Due {
    if (now < this.#next - EARLY) {
      this.#start = now;
      this.#passed = 0;
      return { time: now, missed: 0 };
    }
    const expected = this.#passed + 1;
    const passed = Math.floor((now - this.#start) / this.#period);
    this.#passed = Math.max(expected, passed);
    return {
      time: this.#start + this.#passed * this.#period,
      missed: this.#passed - expected,
    };
  }

  get #next(): number {
    return this.#start + (this.#passed + 1) * this.#period;
  }
}
