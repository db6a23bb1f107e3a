import { type Problem, problem } from "../problem.ts";

/**
 * Reason for which a request of a client is refused, over HTTP or WebSocket. It
 * never reveals more than the client may know.
 */
export interface Refusal {
  /** The HTTP status. */
  readonly status: number;
  /** Code that programs test for. */
  readonly code: RefusalCode;
  /** Text for people. */
  readonly detail: string;
  /** Further headers of the answer. */
  readonly headers?: Readonly<Record<string, string>>;
}

/** The codes of refusals. */
export type RefusalCode =
  | "FORBIDDEN"
  | "INVALID_FRAME"
  | "INVALID_TOPIC"
  | "METHOD_NOT_ALLOWED"
  | "NOT_ACCEPTED"
  | "RATE_LIMITED"
  | "TOO_MANY_CLIENTS"
  | "TOO_MANY_SUBSCRIPTIONS"
  | "UNAVAILABLE"
  | "UPGRADE_REQUIRED";

/** Returns a refusal as a problem to throw, for HTTP. */
export function refused(refusal: Refusal): Problem {
  const { status, code, detail, headers } = refusal;
  return problem(status, detail, {
    cause: new Error(detail), // for the server's log
    extensions: { code },
    headers: { "cache-control": "no-store", ...headers },
  });
}

/** Returns a refusal for a temporary problem: the client may try again. */
export function unavailable(
  detail: string,
  code: RefusalCode = "UNAVAILABLE",
): Refusal {
  return { status: 503, code, detail, headers: { "retry-after": "5" } };
}
