import { abortedError } from "./errors.ts";

/** Clock that reads the time and waits. */
export interface Clock {
  /**
   * Returns the milliseconds since 1970. The value jumps when the system clock
   * is set: measure durations with `monotonic`.
   */
  now(): number;
  /**
   * Returns the milliseconds since a fixed moment in the past, with fractions.
   * The value never decreases, even if the system clock is set.
   */
  monotonic(): number;
  /**
   * Resolves after `milliseconds`, without an upper limit.
   *
   * Rejects with `ABORTED` when `signal` fires. The clock of a module also
   * rejects when the signal of its context fires.
   */
  sleep(milliseconds: number, signal?: AbortSignal): Promise<void>;
}

/** Longest delay of a timer, in ms: with a longer one it fires at once. */
const LONGEST_TIMER = 2 ** 31 - 1;

/** Clock of the system. */
export const systemClock: Clock = {
  now: () => Date.now(),
  monotonic: () => performance.now(),
  sleep(milliseconds, signal) {
    if (signal?.aborted) return Promise.reject(abortedError("sleep", signal));
    return new Promise((resolve, reject) => {
      let timer: ReturnType<typeof setTimeout>;
      const abort = () => {
        clearTimeout(timer);
        reject(abortedError("sleep", signal!));
      };
      const wait = (left: number) => {
        const part = Math.min(left, LONGEST_TIMER);
        timer = setTimeout(() => {
          if (left > part) return wait(left - part);
          signal?.removeEventListener("abort", abort);
          resolve();
        }, part);
      };
      wait(milliseconds);
      signal?.addEventListener("abort", abort, { once: true });
    });
  },
};

/**
 * Returns a clock whose sleepers also reject with `ABORTED` when `signal`
 * fires.
 */
export function stoppingClock(clock: Clock, signal: AbortSignal): Clock {
  return {
    now: () => clock.now(),
    monotonic: () => clock.monotonic(),
    sleep: (milliseconds, own) =>
      clock.sleep(milliseconds, own ? AbortSignal.any([signal, own]) : signal),
  };
}
