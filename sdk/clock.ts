import { abortedError } from "./aborted.ts";

/** The time, and waiting for it. */
export interface Clock {
  /** Milliseconds since 1970. */
  now(): number;
  /**
   * Resolves `milliseconds` from now.
   *
   * Rejects with `ABORTED` when `signal` fires. A module's own clock also does so when its context's signal fires.
   */
  sleep(milliseconds: number, signal?: AbortSignal): Promise<void>;
}

/** The clock of the machine. */
export const systemClock: Clock = {
  now: () => Date.now(),
  sleep(milliseconds, signal) {
    if (signal?.aborted) return Promise.reject(abortedError("sleep", signal));
    return new Promise((resolve, reject) => {
      const abort = () => {
        clearTimeout(timer);
        reject(abortedError("sleep", signal!));
      };
      const timer = setTimeout(() => {
        signal?.removeEventListener("abort", abort);
        resolve();
      }, milliseconds);
      signal?.addEventListener("abort", abort, { once: true });
    });
  },
};
