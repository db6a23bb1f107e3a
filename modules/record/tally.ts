import type { Clock, Log } from "@caryatid/sdk";

/** How long what follows is only counted, in milliseconds. */
const QUIET = 10_000;

/** Counts what is left out, and says so: the first time at once, then at most every ten seconds, so that no log overflows. */
export class Tally {
  /** How many there were. */
  count = 0;
  readonly #what: string;
  readonly #log: Log;
  readonly #clock: Clock;
  #untold = 0;
  #reason: string | undefined;
  #toldAt: number | undefined;

  /** `what` is told as in "left out 3 messages", "messages" being what is counted. */
  constructor(what: string, log: Log, clock: Clock) {
    this.#what = what;
    this.#log = log;
    this.#clock = clock;
  }

  /** Counts `count` more, because of `reason`. */
  add(reason: string, count = 1): void {
    this.count += count;
    this.#untold += count;
    this.#reason = reason;
    const now = this.#clock.now();
    // A clock that was set back must not keep it quiet.
    const since = this.#toldAt === undefined ? QUIET : now - this.#toldAt;
    if (since >= 0 && since < QUIET) return;
    this.#toldAt = now;
    this.tell();
  }

  /** Says what was not said yet. */
  tell(): void {
    if (this.#untold === 0) return;
    this.#untold = 0;
    this.#log.warn("{what} left out so far: {count}; the last one: {reason}", {
      what: this.#what,
      count: this.count,
      reason: this.#reason,
    });
  }
}
