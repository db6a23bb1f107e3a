import { abortedError } from "../aborted.ts";
import type { Timers } from "../bus/deadlines.ts";
import { turnOver } from "../bus/turn.ts";
import type { Clock } from "../clock.ts";
import { CaryatidError } from "../errors.ts";
import { twoTurns } from "./two_turns.ts";

/** How a {@linkcode VirtualClock} begins. */
export interface VirtualClockOptions {
  /** The time when it begins, in milliseconds since 1970 (0: midnight, 1 January 1970). */
  readonly start?: number;
}

/** How to move the time of a {@linkcode VirtualClock}. */
export interface AdvanceOptions {
  /** Waits until all that follows from a wake-up has happened (two turns of the event loop). */
  readonly settle?: () => Promise<void>;
}

/** Something to do at a time. */
interface Alarm {
  readonly due: number;
  readonly ring: () => void;
}

/**
 * A clock whose time stands still until {@linkcode VirtualClock.advance} moves it: a test of an hour takes no time.
 *
 * It is a `Clock` for modules, and `Timers` for the `Deadlines` of a bus.
 *
 * @example A minute passes at once
 * ```ts
 * import { VirtualClock } from "@caryatid/sdk/testing";
 * import assert from "node:assert/strict";
 *
 * const clock = new VirtualClock({ start: Date.UTC(2030, 0, 1) });
 * const asleep = clock.sleep(60_000);
 * assert.equal(clock.sleepers, 1);
 * await clock.advance(60_000);
 * await asleep;
 * assert.equal(new Date(clock.now()).toISOString(), "2030-01-01T00:01:00.000Z");
 * ```
 */
export class VirtualClock implements Clock, Timers {
  /** By time, those of one time in the order in which they were set. */
  readonly #alarms: Alarm[] = [];
  /** Of `monotonic`. */
  #now: number;
  /** How far the time of day was set ahead of it. */
  #ahead = 0;
  #sleepers = 0;
  #advancing: Promise<void> = Promise.resolve();

  /** Time begins at `start`, and stands still. */
  constructor(options: VirtualClockOptions = {}) {
    this.#now = options.start ?? 0;
  }

  /** Milliseconds since 1970. */
  now(): number {
    return this.#now + this.#ahead;
  }

  /** Milliseconds that only `advance` moves, from the start. */
  monotonic(): number {
    return this.#now;
  }

  /**
   * Sets the time of day to `time`, back or forward, as somebody may do on any machine: nobody wakes, and who sleeps goes on for
   * as long as it meant to.
   */
  setTime(time: number): void {
    this.#ahead = time - this.#now;
  }

  /** How many `sleep`. */
  get sleepers(): number {
    return this.#sleepers;
  }

  /**
   * Resolves when the clock was advanced by `milliseconds`. Of 0 or less it resolves a turn of the event loop later, without
   * the clock.
   *
   * Rejects with `ABORTED` when `signal` fires.
   */
  sleep(milliseconds: number, signal?: AbortSignal): Promise<void> {
    if (signal?.aborted) return Promise.reject(abortedError("sleep", signal));
    if (!(milliseconds > 0)) return turnOver();
    const { promise, resolve, reject } = Promise.withResolvers<void>();
    const wake = () => {
      this.#sleepers--;
      signal?.removeEventListener("abort", abort);
      resolve();
    };
    const alarm = this.set(wake, milliseconds);
    const abort = () => {
      this.#sleepers--;
      this.clear(alarm);
      reject(abortedError("sleep", signal!));
    };
    this.#sleepers++;
    signal?.addEventListener("abort", abort, { once: true });
    return promise;
  }

  /** Calls `callback` once, when the clock was advanced by `milliseconds`. */
  set(callback: () => void, milliseconds: number): unknown {
    const due = this.#now + (milliseconds > 0 ? milliseconds : 0);
    const alarm = { due, ring: callback };
    const before = this.#alarms.findLastIndex((other) => other.due <= due);
    this.#alarms.splice(before + 1, 0, alarm);
    return alarm;
  }

  /** Takes a call of `set` back; harmless twice. */
  clear(timer: unknown): void {
    const index = this.#alarms.indexOf(timer as Alarm);
    if (index >= 0) this.#alarms.splice(index, 1);
  }

  /**
   * Moves the time on. Whoever is due wakes up one by one, in the order of their times, and each finds the clock at the very time
   * it waited for; all that follows happens before the next one. That includes whoever falls asleep meanwhile.
   *
   * Calls made before an earlier one has resolved add up. Rejects with `INVALID_OPTION` unless `milliseconds` is a finite number
   * from 0; and when `settle` rejects, with the clock where it was then.
   */
  async advance(
    milliseconds: number,
    options: AdvanceOptions = {},
  ): Promise<void> {
    if (!Number.isFinite(milliseconds) || milliseconds < 0) {
      throw new CaryatidError(
        "INVALID_OPTION",
        `Cannot advance the clock by ${String(milliseconds)}: ` +
          "wanted milliseconds from 0",
      );
    }
    const settle = options.settle ?? twoTurns;
    const advancing = this.#advancing.then(() =>
      this.#advance(milliseconds, settle)
    );
    this.#advancing = advancing.catch(() => {}); // its caller hears of it
    await advancing;
  }

  async #advance(
    milliseconds: number,
    settle: () => Promise<void>,
  ): Promise<void> {
    const end = this.#now + milliseconds;
    await settle();
    for (
      let alarm = this.#alarms[0];
      alarm !== undefined && alarm.due <= end;
      alarm = this.#alarms[0]
    ) {
      this.#alarms.shift();
      this.#now = alarm.due;
      alarm.ring();
      await settle();
    }
    this.#now = end;
  }
}
