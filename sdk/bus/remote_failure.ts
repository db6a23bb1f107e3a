import { CaryatidError } from "../errors.ts";

/** What is told about an error in a handler: enough to act on, nothing about its insides. */
export interface RemoteFailure {
  /** The `code` of the error, else its name. */
  readonly code: string;
  /** Its message. */
  readonly message: string;
}

/**
 * Describes whatever a handler threw, even `null` or an object with throwing getters.
 *
 * @example
 * ```ts
 * import { describeFailure } from "@caryatid/sdk/bus";
 * import assert from "node:assert/strict";
 *
 * assert.deepEqual(describeFailure(new RangeError("too far")), {
 *   code: "RangeError",
 *   message: "too far",
 * });
 * assert.deepEqual(describeFailure(null), { code: "Error", message: "null" });
 * ```
 */
export function describeFailure(thrown: unknown): RemoteFailure {
  try {
    if (typeof thrown !== "object" || thrown === null) {
      return { code: "Error", message: String(thrown) };
    }
    const { code, name, message } = thrown as Record<string, unknown>;
    return {
      code: typeof code === "string"
        ? code
        : typeof name === "string"
        ? name
        : "Error",
      message: typeof message === "string" ? message : String(thrown),
    };
  } catch {
    // A getter or toString of what was thrown threw itself: nothing can be told.
    return { code: "Error", message: "an error that cannot be described" };
  }
}

/**
 * The error of a requester whose handler failed.
 *
 * @example
 * ```ts
 * import { handlerFailedError } from "@caryatid/sdk/bus";
 * import assert from "node:assert/strict";
 *
 * const failure = { code: "FORBIDDEN", message: "not you" };
 * const error = handlerFailedError("price.of", failure);
 * assert.equal(error.code, "HANDLER_FAILED");
 * assert.equal(error.cause, failure);
 * ```
 */
export function handlerFailedError(
  topic: string,
  failure: RemoteFailure,
): CaryatidError {
  return new CaryatidError(
    "HANDLER_FAILED",
    `Cannot get an answer on "${topic}": its handler failed with ` +
      `${failure.code}: ${failure.message}`,
    { cause: failure },
  );
}
