import type { Clock } from "../clock.ts";
import type { Activity } from "./activity.ts";
import type { VirtualClock } from "./virtual_clock.ts";

/** Returns the clock of a module, whose sleeps are waits of `activity`. */
export function watchedClock(clock: VirtualClock, activity: Activity): Clock {
  return {
    now: () => clock.now(),
    monotonic: () => clock.monotonic(),
    sleep: (milliseconds, signal) =>
      activity.wait(
        `a sleep of ${milliseconds} ms`,
        clock.sleep(milliseconds, signal),
      ),
  };
}
