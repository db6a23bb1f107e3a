import { HTTPException } from "hono/http-exception";
import { Problem, problem, PROBLEM_TYPE, problemText } from "../problem.ts";
import type { RequestContext } from "./request_context.ts";
import { discardBody } from "./unread_body.ts";

/** Returns the problem for an error of the gateway or of a Hono app. */
function problemOf(error: unknown): Problem {
  if (error instanceof Problem) return error;
  if (!(error instanceof HTTPException)) {
    return problem(500, "", { cause: error });
  }
  const challenge = error.res?.headers.get("www-authenticate");
  return problem(error.status, "", {
    cause: error,
    ...(challenge && { headers: { "www-authenticate": challenge } }),
  });
}

/** Returns the answer to a request that failed, and discards its body. */
export function failureResponse(
  error: unknown,
  request: Request,
  env: RequestContext,
): Response {
  const found = problemOf(error);
  env.problem = found;
  env.isPlain = true;
  discardBody(request);
  return problemResponse(found);
}

/** Returns a problem as an answer. */
export function problemResponse(problem: Problem): Response {
  return new Response(problemText(problem), init(problem));
}

/**
 * Returns a problem as the last answer on its connection, because the following
 * bytes on the connection may be misread.
 *
 * `Connection: close` alone is not enough: Deno still reads requests that have
 * already arrived. It closes the connection only after a body that breaks off.
 */
export function cutResponse(problem: Problem): Response {
  const bytes = new TextEncoder().encode(problemText(problem));
  let isSent = false;
  const body = new ReadableStream<Uint8Array>({
    pull(controller) {
      if (isSent) controller.error(new Error("the connection is cut"));
      else controller.enqueue(bytes);
      isSent = true;
    },
  });
  const { status, headers } = init(problem);
  return new Response(body, {
    status,
    headers: { ...headers, connection: "close" },
  });
}

function init(
  { status, options }: Problem,
): { status: number; headers: Record<string, string> } {
  return {
    status,
    headers: { "content-type": PROBLEM_TYPE, ...options.headers },
  };
}
