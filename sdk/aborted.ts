import { CaryatidError } from "./errors.ts";

/** The `ABORTED` error of whatever waited with `signal`; its reason becomes the cause. */
export function abortedError(what: string, signal: AbortSignal): CaryatidError {
  return new CaryatidError("ABORTED", `Cannot ${what}: its signal fired`, {
    cause: signal.reason,
  });
}
