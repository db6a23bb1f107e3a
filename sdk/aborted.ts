import { CaryatidError } from "./errors.ts";

/**
 * The `ABORTED` error of whatever waited with `signal`; its reason becomes the cause.
 *
 * @example
 * ```ts
 * import { abortedError } from "@caryatid/sdk/bus";
 * import assert from "node:assert/strict";
 *
 * const error = abortedError('publish on "a.b"', AbortSignal.abort("too late"));
 * assert.equal(error.code, "ABORTED");
 * assert.equal(error.cause, "too late");
 * ```
 */
export function abortedError(what: string, signal: AbortSignal): CaryatidError {
  return new CaryatidError("ABORTED", `Cannot ${what}: its signal fired`, {
    cause: signal.reason,
  });
}
