import { platform } from "./deno.ts";
import type { StopSignal } from "./types.ts";

const NUMBERS: Record<StopSignal, number> = { SIGINT: 2, SIGTERM: 15 };

/**
 * Interval in which a second signal counts as the first, in milliseconds: `deno
 * task` forwards a Ctrl-C that the terminal has sent, too.
 */
export const SAME_SIGNAL = 300;

/**
 * Calls `stop` at the first signal. At the second signal it calls `end` and
 * exits at once, with 128 + the number of the signal.
 *
 * Returns a function that removes the handlers.
 */
export function onStopSignal(
  stop: (signal: StopSignal) => void,
  end: () => void = () => {},
): () => void {
  let stoppedAt: number | undefined;
  const forgets = platform.stopSignals.map((signal) => {
    const handler = () => {
      const now = performance.now();
      if (stoppedAt === undefined) {
        stoppedAt = now;
        stop(signal);
      } else if (now - stoppedAt > SAME_SIGNAL) {
        end();
        platform.exit(128 + NUMBERS[signal]);
      }
    };
    return platform.onSignal(signal, handler);
  });
  return () => {
    for (const forget of forgets) forget();
  };
}
