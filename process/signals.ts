import { platform } from "./platform.ts";
import type { StopSignal } from "./platform_form.ts";

const NUMBERS: Record<StopSignal, number> = { SIGINT: 2, SIGTERM: 15 };

/** `deno task` passes on a Ctrl-C that the terminal has sent already: what comes that soon is the same one. In milliseconds. */
export const SAME_SIGNAL = 300;

/**
 * Calls `stop` at the first signal. A second one ends the program at once, with 128 + its number, after `end`.
 *
 * Gives a function that takes all this back.
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
