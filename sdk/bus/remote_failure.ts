import { CaryatidError, isFrameworkCode } from "../errors.ts";
import { detailsFault } from "./error_details.ts";

/**
 * Description of an error in a handler, without its stack. It crosses buses as
 * data.
 */
export interface RemoteFailure {
  /** Code of the error, else its name. */
  readonly code: string;
  /** Message of the error. */
  readonly message: string;
  /**
   * Present if the handler threw a `CaryatidError` with a code of its module:
   * the requester receives that error.
   */
  readonly own?: true;
  /** Details of an error of the module's own, if it has any. */
  readonly details?: unknown;
}

/** Form of a module's own code. */
const OWN_CODE = /^[A-Z][A-Z0-9_]*$/;

/**
 * Describes anything that was thrown, even `null` or an object with throwing
 * getters.
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
    // A getter or toString of the thrown object threw itself.
    return { code: "Error", message: "an error that cannot be described" };
  }
}

/**
 * Describes an error of a handler. A `CaryatidError` with a code of the
 * module's own keeps its details.
 *
 * A code that is not upper-case words joined by `_`, and details that are not
 * data or over 64 KiB, make the code `INVALID_ERROR`.
 *
 * @example
 * ```ts
 * import { CaryatidError } from "@caryatid/sdk";
 * import { describeHandlerFailure } from "@caryatid/sdk/bus";
 * import assert from "node:assert/strict";
 *
 * const details = { left: 0 };
 * const thrown = new CaryatidError("OUT_OF_STOCK", "no tea", { details });
 * assert.deepEqual(describeHandlerFailure(thrown), {
 *   code: "OUT_OF_STOCK",
 *   message: "no tea",
 *   own: true,
 *   details: { left: 0 },
 * });
 * ```
 */
export function describeHandlerFailure(thrown: unknown): RemoteFailure {
  const failure = describeFailure(thrown);
  const { code, message } = failure;
  if (!(thrown instanceof CaryatidError) || isFrameworkCode(code)) {
    return failure;
  }
  const fault = ownErrorFault(thrown);
  if (fault !== undefined) {
    return { code: "INVALID_ERROR", message: `${fault}: ${message}` };
  }
  const { details } = thrown;
  return details === undefined
    ? { code, message, own: true }
    : { code, message, own: true, details };
}

/**
 * Returns why `thrown` cannot reach the requester as it is; undefined if it
 * can, or is not an error of the module's own.
 */
export function ownErrorFault(thrown: unknown): string | undefined {
  if (!(thrown instanceof CaryatidError)) return undefined;
  const { code } = describeFailure(thrown);
  if (isFrameworkCode(code)) return undefined;
  if (!OWN_CODE.test(code)) {
    return `the error code ${JSON.stringify(code)} is not upper-case words ` +
      'joined by "_"';
  }
  const fault = readDetailsFault(thrown);
  return fault && `the error ${code} cannot be sent, since ${fault}`;
}

function readDetailsFault(error: CaryatidError): string | undefined {
  try {
    const { details } = error;
    return details === undefined ? undefined : detailsFault(details);
  } catch {
    return "its details throw when they are read";
  }
}

/**
 * Returns the failure that arrived over a wire as `value`, whatever its form:
 * any client may have sent it.
 *
 * @example
 * ```ts
 * import { readRemoteFailure } from "@caryatid/sdk/bus";
 * import assert from "node:assert/strict";
 *
 * const failure = { code: "OUT_OF_STOCK", message: "no tea", own: true };
 * assert.deepEqual(readRemoteFailure(failure), failure);
 * assert.deepEqual(readRemoteFailure(7), { code: "Error", message: "7" });
 * ```
 */
export function readRemoteFailure(value: unknown): RemoteFailure {
  const failure = describeFailure(value);
  if (typeof value !== "object" || value === null) return failure;
  const { own, details } = value as Partial<RemoteFailure>;
  if (own !== true) return failure;
  return describeHandlerFailure(ownError({ ...failure, details }));
}

/**
 * Returns the error that a requester receives if its handler failed: the
 * module's own error, else `HANDLER_FAILED` with the failure as its cause.
 *
 * @example
 * ```ts
 * import { handlerError } from "@caryatid/sdk/bus";
 * import assert from "node:assert/strict";
 *
 * const failure = { code: "FORBIDDEN", message: "not you" };
 * const error = handlerError("price.of", failure);
 * assert.equal(error.code, "HANDLER_FAILED");
 * assert.equal(error.cause, failure);
 * ```
 */
export function handlerError(
  topic: string,
  failure: RemoteFailure,
): CaryatidError {
  if (failure.own) return ownError(failure);
  return new CaryatidError(
    "HANDLER_FAILED",
    `Cannot get an answer on "${topic}": its handler failed with ` +
      `${failure.code}: ${failure.message}`,
    { cause: failure },
  );
}

function ownError({ code, message, details }: RemoteFailure): CaryatidError {
  return new CaryatidError(code, message, { details });
}
