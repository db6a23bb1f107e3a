import { CaryatidError, type Log } from "@caryatid/sdk";
import { describeFailure } from "@caryatid/sdk/bus";
import { platform } from "./platform.ts";

/** How a process ended: what its exit code says. */
export interface Outcome {
  /**
   * 0 stopped, 1 failed, 2 the configuration or its modules are wrong, 3 work was still going on at the stop deadline.
   */
  readonly exitCode: 0 | 1 | 2 | 3;
  /** What ended it, if that was an error. */
  readonly error: unknown;
}

/** How a process ends that ended by `error`, or without one. */
export function outcomeOf(error?: unknown): Outcome {
  return { exitCode: exitCodeOf(error), error };
}

function exitCodeOf(error: unknown): Outcome["exitCode"] {
  if (error === undefined) return 0;
  if (!(error instanceof CaryatidError)) return 1;
  switch (error.code) {
    case "INVALID_CONFIG":
    case "LOAD_FAILED":
    case "UNKNOWN_CLASS":
      return 2;
    case "DRAIN_TIMEOUT":
      return 3;
    default:
      return 1;
  }
}

/** An error as an operator reads it: code, text, hint, and what caused it; no stack for what Caryatid says itself. */
export function describeError(error: unknown): string {
  if (!(error instanceof CaryatidError)) return shown(error);
  const hint = error.hint === undefined ? "" : ` (${error.hint})`;
  const cause =
    error.cause === undefined || error.cause instanceof CaryatidError
      ? ""
      : `\n  caused by ${shown(error.cause)}`;
  return `[${error.code}] ${error.message}${hint}${cause}`;
}

/** Logs an error, a record a line: a line break within a record is escaped, so that nobody can forge one. */
export function logError(log: Log, error: unknown): void {
  for (const line of describeError(error).split("\n")) {
    log.error("{line}", { line });
  }
}

/** With the stack of an error, as far as what was thrown can be looked at. */
function shown(thrown: unknown): string {
  try {
    return thrown instanceof Error
      ? `${thrown.stack ?? thrown.message}`
      : platform.inspect(thrown);
  } catch {
    return describeFailure(thrown).message;
  }
}
