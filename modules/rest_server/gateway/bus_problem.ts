import { CaryatidError, type ErrorCode } from "@caryatid/sdk";
import { Problem, problem } from "../problem.ts";

/** Seconds after which a client may retry a request that the bus refused. */
const RETRY_AFTER = { "retry-after": "1" };

const STATUSES: Partial<Record<ErrorCode, number>> = {
  NO_HANDLER: 404,
  NO_ROUTE: 404,
  INVALID_TOPIC: 414,
  MESSAGE_TOO_LARGE: 413,
  REQUEST_TIMEOUT: 504,
  HANDLER_FAILED: 500,
  BUS_UNAVAILABLE: 503,
  BUS_CLOSED: 503,
  BUS_BLOCKED: 503,
  QUEUE_FULL: 503,
  OVERFLOW: 503,
  ABORTED: 503,
};

/**
 * Returns the problem for an error of the bus: a status without internal
 * details.
 */
export function busProblem(error: unknown): Problem {
  if (error instanceof Problem) return error;
  const status = error instanceof CaryatidError
    ? STATUSES[error.code as ErrorCode] ?? 500
    : 500;
  return status === 503
    ? unavailable(error)
    : problem(status, "", { cause: error });
}

/** Returns a 503. */
export function unavailable(cause?: unknown): Problem {
  return problem(503, "", { cause, headers: RETRY_AFTER });
}
