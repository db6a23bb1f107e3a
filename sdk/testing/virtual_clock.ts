import { abortedError, CaryatidError } from "../errors.ts";
import type { Timers } from "../bus/deadlines.ts";
import { yieldToEventLoop } from "../bus/event_loop.ts";
import type { Clock } from "../clock.ts";
import { yieldTwice } from "../bus/event_loop.ts";

/** Options of {@linkcode VirtualClock}. */
export interface VirtualClockOptions {
  /**
   * Start time in milliseconds since 1970 (0).
   */
  readonly start?: number;
}

/** Options of {@linkcode VirtualClock.advance}. */
export interface AdvanceOptions {
  /**
   * Waits for the consequences of each wake-up (two turns of the event loop).
   */
  readonly settle?: () => Promise<void>;
}

/** Callback with its time. */
interface Alarm {
  readonly due: number;
  readonly ring: () => void;
}

/**
 * Clock that stands still until {@linkcode VirtualClock.advance} moves it: a
 * test of an hour takes no time.
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
 * const time = new Date(clock.now()).toISOString();
 * assert.equal(time, "2030-01-01T00:01:00.000Z");
 * ```
 */
export class VirtualClock implements Clock, Timers {
  /** Sorted by time, then by the order in which they were set. */
  readonly #alarms: Alarm[] = [];
  /** Time of `monotonic`. */
  #now: number;
  /** Difference of the time of day, set by `setTime`. */
  #ahead = 0;
  #sleepers = 0;
  #advancing: Promise<void> = Promise.resolve();

  /** Starts at `start`, and stands still. */
  constructor(options: VirtualClockOptions = {}) {
    this.#now = options.start ?? 0;
  }

  /** Returns milliseconds since 1970. */
  now(): number {
    return this.#now + this.#ahead;
  }

  /** Returns milliseconds that only `advance` changes. */
  monotonic(): number {
    return this.#now;
  }

  /**
   * Sets the time of day to `time`, back or forward, as an administrator may
   * do. Sleeps are not affected.
   */
  setTime(time: number): void {
    this.#ahead = time - this.#now;
  }

  /** Number of pending sleeps. */
  get sleepers(): number {
    return this.#sleepers;
  }

  /**
   * Resolves once the clock was advanced by `milliseconds`. For 0 or less, it
   * resolves one turn of the event loop later.
   *
   * Rejects with `ABORTED` when `signal` fires.
   */
  sleep(milliseconds: number, signal?: AbortSignal): Promise<void> {
    if (signal?.aborted) return Promise.reject(abortedError("sleep", signal));
    if (!(milliseconds > 0)) return yieldToEventLoop();
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

  /** Calls `callback` once the clock was advanced by `milliseconds`. */
  set(callback: () => void, milliseconds: number): unknown {
    const due = this.#now + (milliseconds > 0 ? milliseconds : 0);
    const alarm = { due, ring: callback };
    const before = this.#alarms.findLastIndex((other) => other.due <= due);
    this.#alarms.splice(before + 1, 0, alarm);
    return alarm;
  }

  /** Cancels a call of `set`. Harmless twice. */
  clear(timer: unknown): void {
    const index = this.#alarms.indexOf(timer as Alarm);
    if (index >= 0) this.#alarms.splice(index, 1);
  }

  /**
   * Advances the clock. Sleeps end one by one, in the order of their times,
   * each at its exact time. The consequences of one happen before the next.
   * Sleeps that begin meanwhile are included.
   *
   * Overlapping calls add up. Rejects with `INVALID_OPTION` unless
   * `milliseconds` is a finite number from 0. Rejects if `settle` rejects; the
   * clock then stays at that time.
   */
  async advance(
    milliseconds: number,
    options: AdvanceOptions = {},
  ): Promise<void> {
    if (!Number.isFinite(milliseconds) || milliseconds < 0) {
      throw new CaryatidError(
        "INVALID_OPTION",
        `Cannot advance the clock by ${String(milliseconds)}: ` +
          "expected milliseconds from 0",
      );
    }
    const settle = options.settle ?? yieldTwice;
    const advancing = this.#advancing.then(() =>
      this.#advance(milliseconds, settle)
    );
    // its caller receives the error
    this.#advancing = advancing.catch(() => {});
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
