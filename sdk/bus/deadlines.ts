import { CaryatidError } from "../errors.ts";
import { loopMonotonic } from "./event_loop.ts";

/** Longest time that a timer of the platform can wait, in milliseconds. */
export const MAX_TIMEOUT = 2 ** 31 - 1;

/**
 * Minimum number of empty lines that are kept for the next deadline of their
 * length.
 */
const KEPT_LINES = 64;

/**
 * Number of times that the timer is stopped a turn after the last deadline was
 * cancelled. Later it is left to fire.
 */
const QUICK_STOPS = 64;
/**
 * Longest time that the timer of a busy bus runs without a deadline, in
 * milliseconds. A timer that each turn starts and stops takes a tenth of the
 * time of a request.
 */
const LINGER = 20;

/**
 * Source of time of {@linkcode Deadlines}. A virtual clock replaces it in
 * tests.
 */
export interface Timers {
  /** Returns the milliseconds of a monotonic clock. */
  now(): number;
  /** Calls `callback` once, after `milliseconds`. */
  set(callback: () => void, milliseconds: number): unknown;
  /** Cancels a call of `set`. */
  clear(timer: unknown): void;
}

const systemTimers: Timers = {
  now: loopMonotonic,
  set: (callback, milliseconds) => setTimeout(callback, milliseconds),
  clear: (timer) => clearTimeout(timer as number),
};

/** Deadline of one operation. */
export interface Deadline {
  /** Cancels the deadline. A second call does nothing. */
  cancel(): void;
}

/**
 * Many deadlines that share one timer. One timer for each would halve the rate
 * of requests.
 *
 * Deadlines of one length are in one line, so the cost to add and cancel one
 * does not depend on their number.
 *
 * @example
 * ```ts
 * import { Deadlines } from "@caryatid/sdk/bus";
 * import assert from "node:assert/strict";
 *
 * const deadlines = new Deadlines();
 * const expired = Promise.withResolvers<string>();
 * const other = deadlines.add(10, () => expired.resolve("cancelled"));
 * deadlines.add(10, () => expired.resolve("in time"));
 * other.cancel();
 * assert.equal(await expired.promise, "in time");
 * deadlines.close();
 * ```
 */
export class Deadlines {
  readonly #timers: Timers;
  readonly #lines = new Map<number, Line>();
  #timer: unknown;
  #timerDue = Infinity;
  #waiting = 0;
  #sweepAt = KEPT_LINES;
  #resting = false;
  #quickStopsLeft = QUICK_STOPS;
  #lingering = false;

  /** Takes the time from `timers` (those of the system). */
  constructor(timers: Timers = systemTimers) {
    this.#timers = timers;
  }

  /** Calls `expire` in `milliseconds`, unless it is cancelled before. */
  add(milliseconds: number, expire: () => void): Deadline {
    const due = this.#timers.now() + milliseconds;
    let line = this.#lines.get(milliseconds);
    if (line === undefined) {
      if (this.#lines.size >= this.#sweepAt) this.#dropEmptyLines();
      line = new Line();
      this.#lines.set(milliseconds, line);
    }
    const entry = new Entry(due, expire, line, this);
    line.append(entry);
    this.#waiting++;
    if (due < this.#timerDue) {
      // The timer of a busy bus soon rests: one timer less to set.
      this.#arm(
        this.#isBusy ? Math.min(due, this.#timers.now() + LINGER) : due,
      );
    }
    return entry;
  }

  /** Called by an entry that was cancelled. */
  cancelled(): void {
    // The timer is stopped once per turn, not for each request that has its
    // answer.
    if (--this.#waiting > 0 || this.#resting || this.#lingering) return;
    if (this.#isBusy) return this.#linger();
    this.#resting = true;
    setImmediate(this.#rest);
  }

  /** Stops the timer and forgets every deadline. */
  close(): void {
    for (const line of this.#lines.values()) {
      while (line.first) line.remove(line.first);
    }
    this.#lines.clear();
    this.#waiting = 0;
    this.#lingering = false;
    this.#disarm();
  }

  #dropEmptyLines(): void {
    for (const [length, line] of this.#lines) {
      if (line.first === undefined) this.#lines.delete(length);
    }
    // The next time at twice as many, so that each of thousands of lengths
    // costs one step.
    this.#sweepAt = Math.max(KEPT_LINES, 2 * this.#lines.size);
  }

  #rest = (): void => {
    this.#resting = false;
    if (this.#waiting > 0) return;
    this.#quickStopsLeft--;
    this.close();
  };

  get #isBusy(): boolean {
    return this.#quickStopsLeft === 0;
  }

  /** Keeps the timer for a while, for the deadlines of the next turns. */
  #linger(): void {
    this.#lingering = true;
    const due = this.#timers.now() + LINGER;
    if (due < this.#timerDue) this.#arm(due);
  }

  #arm(due: number): void {
    this.#disarm();
    this.#timerDue = due;
    const left = Math.ceil(due - this.#timers.now());
    const wait = Math.min(Math.max(0, left), MAX_TIMEOUT);
    this.#timer = this.#timers.set(this.#expire, wait);
  }

  #disarm(): void {
    if (this.#timer !== undefined) this.#timers.clear(this.#timer);
    this.#timer = undefined;
    this.#timerDue = Infinity;
  }

  #expire = (): void => {
    this.#lingering = false;
    this.#timer = undefined;
    this.#timerDue = Infinity;
    const now = this.#timers.now();
    let next = Infinity;
    for (const [length, line] of this.#lines) {
      for (let entry = line.first; entry; entry = line.first) {
        if (entry.due > now) {
          next = Math.min(next, entry.due);
          break;
        }
        line.remove(entry);
        this.#waiting--;
        entry.expire();
      }
      // `expire` may have dropped this line and begun another one of that
      // length.
      if (line.first === undefined && this.#lines.get(length) === line) {
        this.#lines.delete(length);
      }
    }
    // `expire` may have set the timer by adding a deadline, or closed this.
    if (this.#waiting > 0 && next < this.#timerDue) this.#arm(next);
  };
}

/** Deadlines of one length, in the order of their ends. */
class Line {
  first: Entry | undefined;
  last: Entry | undefined;

  append(entry: Entry): void {
    entry.before = this.last;
    if (this.last) this.last.after = entry;
    else this.first = entry;
    this.last = entry;
  }

  remove(entry: Entry): void {
    if (entry.before) entry.before.after = entry.after;
    else this.first = entry.after;
    if (entry.after) entry.after.before = entry.before;
    else this.last = entry.before;
    // A settled entry must not refer to later ones: once in the old generation,
    // it would keep them until the next full collection.
    entry.before = entry.after = entry.line = undefined;
  }
}

class Entry implements Deadline {
  before: Entry | undefined;
  after: Entry | undefined;
  line: Line | undefined;
  readonly due: number;
  readonly expire: () => void;
  readonly #owner: Deadlines;

  constructor(due: number, expire: () => void, line: Line, owner: Deadlines) {
    this.due = due;
    this.expire = expire;
    this.line = line;
    this.#owner = owner;
  }

  cancel(): void {
    if (this.line === undefined) return;
    this.line.remove(this);
    this.#owner.cancelled();
  }
}

/**
 * Checks a `timeout` option and returns it, or `fallback` if it is missing.
 *
 * @example
 * ```ts
 * import { checkTimeout } from "@caryatid/sdk/bus";
 * import assert from "node:assert/strict";
 *
 * assert.equal(checkTimeout(undefined, 5_000), 5_000);
 * assert.equal(checkTimeout(20, 5_000), 20);
 * assert.throws(() => checkTimeout(0, 5_000), { code: "INVALID_OPTION" });
 * ```
 * @throws {CaryatidError} `INVALID_OPTION` unless it is over 0 and at most
 * 2^31 - 1 ms
 */
export function checkTimeout(
  timeout: number | undefined,
  fallback: number,
): number {
  if (timeout === undefined) return fallback;
  if (typeof timeout === "number" && timeout > 0 && timeout <= MAX_TIMEOUT) {
    return timeout;
  }
  throw new CaryatidError(
    "INVALID_OPTION",
    `Cannot use the timeout ${String(timeout)}: ` +
      `expected milliseconds over 0, at most ${MAX_TIMEOUT}`,
  );
}
