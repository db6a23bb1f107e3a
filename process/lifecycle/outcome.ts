import { CaryatidError } from "@caryatid/sdk";

/** End of a process, as its exit code reports it. */
export interface Outcome {
  /**
   * 0: stopped. 1: failed. 2: the configuration or a module is wrong. 3: work
   * was still running at the stop deadline.
   */
  readonly exitCode: 0 | 1 | 2 | 3;
  /** Error that ended the process, if any. */
  readonly error: unknown;
}

/**
 * Returns the outcome of a process that `error` ended, or that ended without an
 * error.
 */
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
