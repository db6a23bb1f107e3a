import { CaryatidError } from "../errors.ts";
import { turnMonotonic } from "./turn.ts";

/** Longest time that a timer of the platform can wait, in milliseconds. */
export const MAX_TIMEOUT = 2 ** 31 - 1;

/** Lines kept at least, though empty, for the next deadline of that length. */
const KEPT_LINES = 64;

/** Where {@linkcode Deadlines} gets its time from; a virtual clock replaces it in tests. */
export interface Timers {
  /** Milliseconds that never jump back. */
  now(): number;
  /** Calls `callback` once, in `milliseconds`. */
  set(callback: () => void, milliseconds: number): unknown;
  /** Takes a call of `set` back. */
  clear(timer: unknown): void;
}

const systemTimers: Timers = {
  now: turnMonotonic,
  set: (callback, milliseconds) => setTimeout(callback, milliseconds),
  clear: (timer) => clearTimeout(timer as number),
};

/** One promise that something ends in time; `cancel` it when it has. */
export interface Deadline {
  /** Takes the deadline back; harmless twice. */
  cancel(): void;
}

/**
 * Many deadlines on one timer: a timer for each would halve the rate of requests.
 *
 * Deadlines of the same length stand in one line, so adding and cancelling cost the same however many there are.
 *
 * @example
 * ```ts
 * import { Deadlines } from "@caryatid/sdk/bus";
 * import assert from "node:assert/strict";
 *
 * const deadlines = new Deadlines();
 * const expired = Promise.withResolvers<string>();
 * const other = deadlines.add(10, () => expired.resolve("cancelled all the same"));
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

  /** `timers` is replaced in tests. */
  constructor(timers: Timers = systemTimers) {
    this.#timers = timers;
  }

  /** Calls `expire` in `milliseconds`, unless cancelled before. */
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
    if (due < this.#timerDue) this.#arm(due);
    return entry;
  }

  /** Called by an entry that was cancelled. */
  cancelled(): void {
    // The timer is stopped once per turn, not for each request that has its answer.
    if (--this.#waiting > 0 || this.#resting) return;
    this.#resting = true;
    setImmediate(this.#rest);
  }

  /** Stops the timer; every deadline is forgotten. */
  close(): void {
    for (const line of this.#lines.values()) {
      while (line.first) line.remove(line.first);
    }
    this.#lines.clear();
    this.#waiting = 0;
    this.#disarm();
  }

  #dropEmptyLines(): void {
    for (const [length, line] of this.#lines) {
      if (line.first === undefined) this.#lines.delete(length);
    }
    // Next when there are twice as many: so that thousands of lengths cost a step each, not thousands.
    this.#sweepAt = Math.max(KEPT_LINES, 2 * this.#lines.size);
  }

  #rest = (): void => {
    this.#resting = false;
    if (this.#waiting === 0) this.close();
  };

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
      // What expired may have dropped this line and begun another one of the length.
      if (line.first === undefined && this.#lines.get(length) === line) {
        this.#lines.delete(length);
      }
    }
    // What expired may have set the timer by adding a deadline, or closed this.
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
    // What is over must not lead to what came after it: once old itself, it would keep each of them for the next full collection.
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
 * Checks a `timeout` option and returns it, or `fallback` where none is given.
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
 * @throws {CaryatidError} `INVALID_OPTION` unless it is over 0 and at most 2^31 - 1 ms
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
      `wanted milliseconds over 0, at most ${MAX_TIMEOUT}`,
  );
}
