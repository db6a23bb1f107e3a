import { isHeader, isHeaderValue, isHopByHop } from "./headers.ts";
import { type AnswerStreams, CHUNK } from "./answer_streams.ts";
import { type Problem, problem } from "../problem.ts";
import { unwrapResponse } from "../rest_message.ts";

const ENCODER = new TextEncoder();

/**
 * Read once: in Deno the global is a getter, which takes as long as two of the
 * classes' own calls.
 */
const { Response } = globalThis;

/** Names and values of headers; a name may come again. */
type Lines = [name: string, value: string][];

/** Answers that have no body. */
export const BODILESS: ReadonlySet<number> = new Set([204, 205, 304]);

/** Options of {@linkcode toResponse}. */
export interface ResponseOptions {
  /** True if the headers must say how long the body is. */
  readonly sized: boolean;
  /** True for an answer to HEAD, of which only the headers are sent. */
  readonly head: boolean;
  readonly streams: AnswerStreams;
}

/**
 * Makes a response of what a handler answered.
 *
 * @throws {Problem} 502, with a reason in its `cause`, if the answer is not a
 * {@linkcode RestResponse}; 503 if `max-buffered` is used up
 */
export function toResponse(
  answer: unknown,
  { sized, head, streams }: ResponseOptions,
): Response {
  const { code, body, content_type, headers } = checked(answer);
  const isLong = body !== undefined && body.length > CHUNK;
  if (body && body.length > 0 && !sized && !isLong) {
    return shortResponse(body, code, sharedHeadersOf(content_type, headers));
  }
  const init = { status: code, headers: headersOf(content_type, headers) };
  if (body === undefined || body.length === 0) return new Response(null, init);
  const bytes = typeof body === "string" ? ENCODER.encode(body) : body;
  if (sized || isLong) init.headers.push(["content-length", `${bytes.length}`]);
  if (head && isLong) return new Response(new Blob([]).stream(), init);
  return isLong
    ? new Response(streams.ofBytes(bytes), init)
    : new Response(bytes as Uint8Array<ArrayBuffer>, init);
}

/**
 * Returns a response of a body that is sent at once.
 *
 * Deno keeps a native object for each `Response` that is made with two headers
 * or more, which takes 3 µs. It keeps none if the headers are added later.
 */
function shortResponse(
  body: string | Uint8Array,
  status: number,
  { first, others }: Shared,
): Response {
  const content = body as string | Uint8Array<ArrayBuffer>;
  // Without a status Deno takes its shortest way.
  const init = status === 200 ? first : { status, headers: first.headers };
  const response = new Response(content, init);
  if (others.length === 0) return response;
  const { headers } = response;
  for (const [name, value] of others) headers.append(name, value);
  return response;
}

/** Content type of the last answer, which most answers share. */
let lastGoodType = "";

interface Checked {
  readonly code: number;
  readonly body: string | Uint8Array | undefined;
  readonly content_type: string | undefined;
  readonly headers: object | undefined;
}

function checked(message: unknown): Checked {
  const answer = unwrapResponse(message);
  if (typeof answer !== "object" || answer === null) {
    throw wrong(`found ${answer === null ? "null" : typeof answer}`);
  }
  const { code, body, content_type, headers } = answer as Record<
    string,
    unknown
  >;
  if (!Number.isInteger(code) || Number(code) < 200 || Number(code) > 599) {
    throw wrong("its code is not a status from 200 to 599");
  }
  if (!isBody(body)) throw wrong("its body is neither text nor bytes");
  if (typeof body === "string" && !body.isWellFormed()) {
    throw wrong("its body has a lone surrogate");
  }
  if (BODILESS.has(Number(code)) && body !== undefined && body.length > 0) {
    // Rust's server sends the body, which clients ignore.
    if (answer !== message) return bodiless(Number(code), headers);
    throw wrong(`a ${code} has no body`);
  }
  if (content_type !== undefined && content_type !== lastGoodType) {
    if (!isHeaderValue(content_type)) {
      throw wrong("its content_type is not a valid header value");
    }
    lastGoodType = content_type;
  }
  if (headers !== undefined && !isTable(headers)) {
    throw wrong("its headers are not an object");
  }
  return { code: Number(code), body, content_type, headers };
}

function bodiless(code: number, headers: unknown): Checked {
  const answered = isTable(headers) ? headers : undefined;
  return { code, body: undefined, content_type: undefined, headers: answered };
}

function isBody(value: unknown): value is string | Uint8Array | undefined {
  return typeof value === "string" || value instanceof Uint8Array ||
    value === undefined;
}

function isTable(value: unknown): value is object {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

/** Headers of a short answer, ready for its `Response`. */
interface Shared {
  /** Has only the media type, if there is one. */
  readonly first: { readonly headers: Record<string, string> };
  readonly others: Lines;
}

/** Headers of the last answer whose own headers cannot change. */
let lastFrozen:
  | { type: string | undefined; own: object; shared: Shared }
  | undefined;

/**
 * Returns `headersOf`: the answers of most routes share one frozen object of
 * headers, which is checked once.
 */
function sharedHeadersOf(
  type: string | undefined,
  own: object | undefined,
): Shared {
  if (
    own !== undefined && lastFrozen?.own === own && lastFrozen.type === type
  ) {
    return lastFrozen.shared;
  }
  const lines = headersOf(type, own);
  // Added later, it would be a second one: Deno gives text a media type.
  const at = lines.findIndex(([name]) => name === "content-type");
  const headers = Object.fromEntries(at < 0 ? [] : lines.splice(at, 1));
  const shared = { first: { headers }, others: lines };
  if (own !== undefined && isConstant(own)) lastFrozen = { type, own, shared };
  return shared;
}

function isConstant(headers: object): boolean {
  return Object.isFrozen(headers) &&
    Object.values(headers).every((value) => typeof value === "string");
}

/** Checks headers, and drops those of the connection. */
function headersOf(
  contentType: string | undefined,
  headers: object | undefined,
): Lines {
  const lines: Lines = contentType ? [["content-type", contentType]] : [];
  if (headers === undefined) return lines;
  const entries: [string, unknown][] = Object.entries(headers);
  const connection = entries.find(([name]) => /^connection$/i.test(name))?.[1];
  const named = typeof connection === "string" ? connection : null;
  for (const [name, value] of entries) {
    const lower = name.toLowerCase();
    for (const line of Array.isArray(value) ? value : [value]) {
      if (!isHeader(name, line)) {
        throw wrong(`its header ${name} has an invalid name or value`);
      }
      if (lower === "content-length" || isHopByHop(lower, named)) continue;
      if (lower === "content-type" && contentType) continue;
      lines.push([lower, line]);
    }
  }
  return lines;
}

/** Returns a 502. The reason is logged, and not sent to the client. */
function wrong(found: string): Problem {
  return problem(502, "", { cause: new Error(found) });
}
