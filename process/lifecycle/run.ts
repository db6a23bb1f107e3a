import { CaryatidError } from "@caryatid/sdk";
import { platform } from "../platform/deno.ts";
import { onStopSignal } from "../platform/signals.ts";
import { logError } from "./errors.ts";
import type { Logging } from "./logging.ts";
import { type Outcome, outcomeOf } from "./outcome.ts";

/** A lifecycle as {@linkcode runUntilStopped} uses it. */
export interface RunnableLifecycle {
  /** Fires when the process begins to stop. */
  readonly stopping: AbortSignal;
  /** Error that ended the process, if any. */
  failure: unknown;
  /** True if code of the process may still run although it has stopped. */
  readonly isOverdue: boolean;
  start(): Promise<void>;
  stop(): Promise<void>;
  /** Stops because of an error. */
  fail(error: unknown): void;
}

/** Options of {@linkcode runUntilStopped}. */
export interface RunOptions {
  /**
   * Ends the program if code of the process is still running at the stop
   * deadline: its timers and connections would keep the program alive.
   */
  readonly endsProgram: boolean;
}

/**
 * Starts a process, runs it until a signal, `stop()` or a failure, and stops
 * it. Sets the exit code. Never rejects.
 */
export async function runUntilStopped(
  lifecycle: RunnableLifecycle,
  logging: Logging,
  { endsProgram }: RunOptions,
): Promise<Outcome> {
  const log = logging.log();
  const forgetSignals = onStopSignal((signal) => {
    log.info("{signal} received, shutting down", { signal });
    lifecycle.stop().catch(() => {}); // awaited and logged below
  });
  const forgetUncaught = platform.onUncaught((error) => {
    log.error("an uncaught error ends the process");
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
  if (endsProgram && lifecycle.isOverdue) {
    await logging.load(); // or records that wait for LogTape would be lost
    platform.exit(outcome.exitCode);
  }
  return outcome;
}

function fired(signal: AbortSignal): Promise<void> {
  if (signal.aborted) return Promise.resolve();
  return new Promise((resolve) =>
    signal.addEventListener("abort", () => resolve(), { once: true })
  );
}

/** Returns true if a stop interrupted `start`, which is not a failure. */
function isAborted(error: unknown): boolean {
  return error instanceof CaryatidError && error.code === "ABORTED";
}
