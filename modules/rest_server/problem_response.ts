import { type Problem, PROBLEM_TYPE, problemText } from "./problem.ts";

/** A problem as an answer. */
export function problemResponse(problem: Problem): Response {
  return new Response(problemText(problem), init(problem));
}

/**
 * A problem as the last answer of its connection: whatever else came on it may have been meant otherwise.
 *
 * `Connection: close` alone won't do: Deno reads on what has arrived already. A body that breaks off is all that closes.
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
