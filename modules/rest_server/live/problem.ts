/** Why a client doesn't get what it asked for; never more than it may know. */
export interface Problem {
  /** The HTTP status. */
  readonly status: number;
  /** What a program tests for. */
  readonly code: ProblemCode;
  /** What a person reads. */
  readonly detail: string;
  /** Further headers of the answer. */
  readonly headers?: Readonly<Record<string, string>>;
}

/** The codes of problems and of errors over WebSocket. */
export type ProblemCode =
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

const TITLES: Readonly<Record<number, string>> = {
  400: "Bad Request",
  403: "Forbidden",
  405: "Method Not Allowed",
  426: "Upgrade Required",
  503: "Service Unavailable",
};

/** The answer that tells of a problem, as RFC 9457 has it. */
export function problemResponse(problem: Problem): Response {
  const { status, code, detail, headers } = problem;
  const body = { title: TITLES[status], status, detail, code };
  return new Response(JSON.stringify(body), {
    status,
    headers: {
      "content-type": "application/problem+json",
      "cache-control": "no-store",
      ...headers,
    },
  });
}

/** Nobody can be served just now; it is worth trying again. */
export function unavailable(
  detail: string,
  code: ProblemCode = "UNAVAILABLE",
): Problem {
  return { status: 503, code, detail, headers: { "retry-after": "5" } };
}
