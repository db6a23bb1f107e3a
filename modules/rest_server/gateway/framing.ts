import { type Problem, problem } from "../problem.ts";
import type { RequestHeaders } from "./headers.ts";

const LENGTH = /^\d{1,15}$/;

/**
 * Returns the reason why others who read the message could see another end of
 * it, or another body (E12: Deno takes two equal lengths, and other encodings).
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
    return problem(400, "the Connection header names one that it cannot");
  }
  if (method !== "GET" && method !== "HEAD") return undefined;
  // The platform delivers no body then: to leave it out would change the
  // message.
  return encoding !== undefined || Number(length ?? 0) > 0
    ? problem(400, `${method} has no body here`)
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
