import { CaryatidError } from "../errors.ts";

/** What is told about an error in a handler: enough to act on, nothing about its insides. */
export interface RemoteFailure {
  /** The `code` of the error, else its name. */
  readonly code: string;
  /** Its message. */
  readonly message: string;
}

/** Describes whatever a handler threw, even `null` or an object with throwing getters. */
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

/** The error of a requester whose handler failed. */
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
