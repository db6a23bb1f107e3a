import { CaryatidError } from "@caryatid/sdk";
import { outcomeOf } from "@caryatid/process/internal/lifecycle";
import { harmless } from "./terminal.ts";

/** Formats an error as code, message and hint, without a stack. */
export function formatError(error: unknown): string {
  if (!(error instanceof CaryatidError)) {
    return harmless(error instanceof Error ? error.message : String(error));
  }
  const hint = error.hint === undefined ? "" : ` (${error.hint})`;
  return `[${error.code}] ${harmless(error.message, "many")}${hint}`;
}

/**
 * Returns the exit code of a command that failed: 2 for a wrong command line,
 * else that of a process with this error.
 */
export function exitCodeOf(error: unknown): number {
  const isUsage = error instanceof CaryatidError &&
    (error.code === "INVALID_OPTION" || error.code === "NO_QUEUE");
  return isUsage ? 2 : outcomeOf(error).exitCode;
}
