import { isHeader, isHeaderValue, isHopByHop } from "./headers.ts";
import { CHUNK, type OpenStreams } from "./open_streams.ts";
import { type Problem, problem } from "./problem.ts";
import { unwrapResponse } from "./rest_message.ts";

/** Answers that have no body. */
export const BODILESS: ReadonlySet<number> = new Set([204, 205, 304]);

/**
 * What a handler answered, as HTTP.
 *
 * @param sized whether the headers say how long the body is, for who gets only these, or decides by it
 * @throws {Problem} 502, with a reason in its `cause`, for anything else than a {@linkcode RestResponse}
 */
export function toResponse(
  answer: unknown,
  sized: boolean,
  streams: OpenStreams,
): Response {
  const { code, body, content_type, headers } = checked(unwrapResponse(answer));
  const init = { status: code, headers: headersOf(content_type, headers) };
  if (body === undefined || body.length === 0) return new Response(null, init);
  if (typeof body === "string") {
    if (sized) setLength(init.headers, new TextEncoder().encode(body).length);
    return new Response(body, init);
  }
  const isLong = body.length > CHUNK;
  if (sized || isLong) setLength(init.headers, body.length);
  return isLong
    ? new Response(streams.ofBytes(body), init)
    : new Response(body as Uint8Array<ArrayBuffer>, init);
}

/** Most answers are of the type of the one before. */
let lastGoodType = "";

interface Checked {
  readonly code: number;
  readonly body: string | Uint8Array | undefined;
  readonly content_type: string | undefined;
  readonly headers: object | undefined;
}

function checked(answer: unknown): Checked {
  if (typeof answer !== "object" || answer === null) {
    throw wrong(`found ${answer === null ? "null" : typeof answer}`);
  }
  const { code, body, content_type, headers } = answer as Record<
    string,
    unknown
  >;
  if (!Number.isInteger(code) || Number(code) < 200 || Number(code) > 599) {
    throw wrong("its code is no status from 200 to 599");
  }
  if (!isBody(body)) throw wrong("its body is neither text nor bytes");
  if (typeof body === "string" && !body.isWellFormed()) {
    throw wrong("its body has a lone surrogate");
  }
  if (BODILESS.has(Number(code)) && body !== undefined && body.length > 0) {
    throw wrong(`a ${code} has no body`);
  }
  if (content_type !== undefined && content_type !== lastGoodType) {
    if (!isHeaderValue(content_type)) {
      throw wrong("its content_type can't be sent");
    }
    lastGoodType = content_type;
  }
  if (headers !== undefined && !isTable(headers)) {
    throw wrong("its headers are no table");
  }
  return { code: Number(code), body, content_type, headers };
}

function isBody(value: unknown): value is string | Uint8Array | undefined {
  return typeof value === "string" || value instanceof Uint8Array ||
    value === undefined;
}

function isTable(value: unknown): value is object {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

/** A plain record where one line for each name will do: it is the quickest for the server. */
function headersOf(
  contentType: string | undefined,
  headers: object | undefined,
): Record<string, string> | Headers {
  if (headers === undefined) {
    return contentType ? { "content-type": contentType } : {};
  }
  const made = new Headers();
  const entries: [string, unknown][] = Object.entries(headers);
  const connection = entries.find(([name]) => /^connection$/i.test(name))?.[1];
  const named = typeof connection === "string" ? connection : null;
  for (const [name, value] of entries) {
    for (const line of Array.isArray(value) ? value : [value]) {
      if (!isHeader(name, line)) {
        throw wrong(`its header ${name} can't be sent`);
      }
      const lower = name.toLowerCase();
      if (lower === "content-length" || isHopByHop(lower, named)) continue;
      made.append(lower, line);
    }
  }
  if (contentType) made.set("content-type", contentType);
  return made;
}

function setLength(
  headers: Record<string, string> | Headers,
  length: number,
): void {
  if (headers instanceof Headers) headers.set("content-length", `${length}`);
  else headers["content-length"] = `${length}`;
}

/** The client learns nothing of it; the log does. */
function wrong(found: string): Problem {
  return problem(502, "", { cause: new Error(found) });
}
