import { type Problem, problem } from "../problem.ts";
import type { RequestHeaders } from "./headers.ts";

const LENGTH = /^\d{1,15}$/;

/**
 * Returns the reason why another HTTP parser could find another end or body of
 * the message (E12). Deno itself accepts two equal lengths, and unknown
 * encodings.
 */
export function framingProblem(
  method: string,
  { own, hop, isHostile }: RequestHeaders,
): Problem | undefined {
  const length = own["content-length"];
  if (length !== undefined && !LENGTH.test(length)) {
    return problem(400, "the body's length is ambiguous");
  }
  const encoding = hop["transfer-encoding"];
  if (encoding !== undefined && encoding.toLowerCase() !== "chunked") {
    return problem(400, "the body's length is ambiguous");
  }
  if (isHostile) {
    return problem(400, "the Connection header names a framing header");
  }
  if (method !== "GET" && method !== "HEAD") return undefined;
  // The platform delivers no body in this case, so the handler would receive
  // another message than the client sent.
  return encoding !== undefined || Number(length ?? 0) > 0
    ? problem(400, `a ${method} request cannot have a body`)
    : undefined;
}

/**
 * Returns true if the end of a request is certain, although it is refused: it
 * came over HTTP/2, where no later request can be read out of its body.
 */
export function isFramed(
  { own, hop }: RequestHeaders,
  namesHost: () => boolean,
): boolean {
  const length = own["content-length"] ?? "0";
  return own["host"] === undefined && Object.keys(hop).length === 0 &&
    LENGTH.test(length) && namesHost();
}
