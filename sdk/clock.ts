import { abortedError } from "./aborted.ts";

/** The time, and waiting for it. */
export interface Clock {
  /** Milliseconds since 1970. Jumps when somebody sets the time: measure durations with `monotonic`. */
  now(): number;
  /** Milliseconds since some moment in the past, with fractions. Only ever goes on, whoever sets the time. */
  monotonic(): number;
  /**
   * Resolves `milliseconds` from now, however long that is.
   *
   * Rejects with `ABORTED` when `signal` fires. A module's own clock also does so when its context's signal fires.
   */
  sleep(milliseconds: number, signal?: AbortSignal): Promise<void>;
}

/** What a timer takes: beyond 2^31 - 1 ms it would ring at once. */
const LONGEST_TIMER = 2 ** 31 - 1;

/** The clock of the machine. */
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
