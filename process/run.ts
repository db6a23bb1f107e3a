import type { Log } from "@caryatid/sdk";
import { CaryatidError } from "@caryatid/sdk";
import type { Lifecycle } from "./lifecycle.ts";
import { logError, type Outcome, outcomeOf } from "./outcome.ts";
import { platform } from "./platform.ts";
import { onStopSignal } from "./signals.ts";

/** Starts, and runs until a signal, `stop()` or a failure; then stops. Sets the exit code; never rejects. */
export async function runUntilStopped(
  lifecycle: Lifecycle,
  log: Log,
): Promise<Outcome> {
  const forgetSignals = onStopSignal((signal) => {
    log.info("{signal} received, shutting down", { signal });
    lifecycle.stop().catch(() => {}); // awaited, and told, below
  });
  const forgetUncaught = platform.onUncaught((error) => {
    log.error("an error that nobody caught ends the process");
    logError(log, error);
    lifecycle.fail(error ?? new Error("uncaught"));
  });
  try {
    await lifecycle.start();
    await fired(lifecycle.stopping);
    await lifecycle.stop();
  } catch (error) {
    if (!isAborted(error)) {
      logError(log, error);
      lifecycle.failure ??= error;
    }
  } finally {
    forgetSignals();
    forgetUncaught();
  }
  const outcome = outcomeOf(lifecycle.failure);
  log.info("stopped with exit code {exitCode}", {
    exitCode: outcome.exitCode,
  });
  platform.setExitCode(outcome.exitCode);
  return outcome;
}

function fired(signal: AbortSignal): Promise<void> {
  if (signal.aborted) return Promise.resolve();
  return new Promise((resolve) =>
    signal.addEventListener("abort", () => resolve(), { once: true })
  );
}

/** `start` was cut short by a stop: not a failure. */
function isAborted(error: unknown): boolean {
  return error instanceof CaryatidError && error.code === "ABORTED";
}
