import { CaryatidError } from "@caryatid/sdk";
import { outcomeOf } from "../outcome.ts";

/** The exit code of a command that ended by an error: 2 for a wrong command line, else as of a process. */
export function exitCodeOf(error: unknown): number {
  const isUsage = error instanceof CaryatidError &&
    error.code === "INVALID_OPTION";
  return isUsage ? 2 : outcomeOf(error).exitCode;
}
