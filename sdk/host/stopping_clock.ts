import type { Clock } from "../clock.ts";

/** A clock whose sleepers also wake, with `ABORTED`, when `signal` fires. */
export function stoppingClock(clock: Clock, signal: AbortSignal): Clock {
  return {
    now: () => clock.now(),
    monotonic: () => clock.monotonic(),
    sleep: (milliseconds, own) =>
      clock.sleep(milliseconds, own ? AbortSignal.any([signal, own]) : signal),
  };
}
