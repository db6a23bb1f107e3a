import type { Visit } from "./visit.ts";

/** Whether a request asks for the health of a server that answers for it at this path. */
export function asksForHealth(
  health: string | undefined,
  method: string,
  { target }: Visit,
): boolean {
  return target.path === health && (method === "GET" || method === "HEAD");
}

/** What a server says that takes requests. One that has not started yet says 503, as to any request. */
export function healthyResponse(visit: Visit): Response {
  visit.isPlain = true;
  return Response.json({ status: "up" }, {
    headers: { "cache-control": "no-store" },
  });
}
