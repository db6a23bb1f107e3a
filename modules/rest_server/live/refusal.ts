import { type Problem, problem } from "../problem.ts";

/** Why a client doesn't get what it asked for, over HTTP or WebSocket; never more than it may know. */
export interface Refusal {
  /** The HTTP status. */
  readonly status: number;
  /** What a program tests for. */
  readonly code: RefusalCode;
  /** What a person reads. */
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

/** A refusal over HTTP, to throw. */
export function refused(refusal: Refusal): Problem {
  const { status, code, detail, headers } = refusal;
  return problem(status, detail, {
    cause: new Error(detail), // for the server's log
    extensions: { code },
    headers: { "cache-control": "no-store", ...headers },
  });
}

/** Nobody can be served just now; it is worth trying again. */
export function unavailable(
  detail: string,
  code: RefusalCode = "UNAVAILABLE",
): Refusal {
  return { status: 503, code, detail, headers: { "retry-after": "5" } };
}
