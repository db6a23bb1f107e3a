import { problem } from "../problem.ts";

/**
 * The parts of a target, taken from the text that came, which no URL parser has
 * touched.
 */
export interface TargetParts {
  /** As it came, without the query. */
  readonly path: string;
  /** Of the path, without its first and one last slash, percent-decoded. */
  readonly segments: readonly string[];
  /** As it came, without the question mark. */
  readonly query: string;
  /** Host and port that the request is for. */
  readonly authority: string;
}

/** A request, as far as its target goes. */
export interface TargetSource {
  /** `scheme://host`, and the target behind it, as it came. */
  readonly url: string;
  /** Its header. */
  readonly host: string | undefined;
  /** The server's own. */
  readonly scheme: "http" | "https";
  /** Host and port that the platform makes up for a request that names none. */
  readonly fallback: string | undefined;
}

const HOST = /^([A-Za-z0-9_][A-Za-z0-9._-]*|\[[0-9A-Fa-f:.]+\])(:\d{1,5})?$/;
/**
 * Characters that a target cannot contain, or that other readers of the target
 * interpret differently.
 */
// deno-lint-ignore no-control-regex
const FORBIDDEN = /[\x00-\x20\x7f-\uffff"#<>\\]/;
// deno-lint-ignore no-control-regex
const FORBIDDEN_DECODED = /[\x00-\x1f\x7f/\\]/;
const MALFORMED_ESCAPE = /%(?![0-9A-Fa-f]{2})/;

/**
 * Reads the target of a request.
 *
 * Deno puts `scheme://`, the Host header and the target one behind the other,
 * whatever they hold: with `Host: a/only?` a URL parser would find the path
 * `/only`. So the host is checked first, and the target is the text after
 * exactly that host.
 *
 * @throws {Problem} 400
 */
export function readTarget(source: TargetSource): TargetParts {
  const { url } = source;
  const authority = authorityOf(source);
  const start = source.scheme.length + 3 + authority.length;
  const mark = url.indexOf("?", start);
  const path = mark < 0 ? url.slice(start) : url.slice(start, mark);
  const query = mark < 0 ? "" : url.slice(mark + 1);
  if (path[0] !== "/") throw problem(400, "the target is not a path");
  if (FORBIDDEN.test(path) || FORBIDDEN.test(query)) {
    throw problem(400, "the target has a character that must be encoded");
  }
  return { path, segments: segmentsOf(path), query, authority };
}

/**
 * Percent-decodes a part of a target, or of a form. Throws a 400 {@linkcode
 * Problem} if an escape is malformed or the result is not UTF-8.
 */
export function decodePart(
  text: string,
  of: "target" | "form" = "target",
): string {
  if (!text.includes("%")) return text;
  if (!MALFORMED_ESCAPE.test(text)) {
    try {
      return decodeURIComponent(text);
    } catch {
      // The URIError says no more than the answer does.
    }
  }
  throw problem(400, `the ${of} has a malformed percent-encoding`);
}

/** Host and port of a request: its Host header, or what HTTP/2 has instead. */
function authorityOf({ url, host, scheme, fallback }: TargetSource): string {
  const start = scheme.length + 3;
  const authority = host ?? authorityIn(url, start);
  // Of a request of HTTP/1 without the header Deno makes up the host. One of
  // HTTP/2 for just that host looks the same.
  if (host === undefined && (authority === "" || authority === fallback)) {
    throw problem(400, "there is no Host header");
  }
  const match = HOST.exec(authority);
  if (match === null || Number(match[2]?.slice(1) ?? 0) > 65_535) {
    throw problem(400, "the Host header is malformed");
  }
  const end = start + authority.length;
  if (!url.startsWith(`${scheme}://`) || url.slice(start, end) !== authority) {
    throw problem(400, "the target and the Host header do not agree");
  }
  return authority;
}

/** Returns the text between `start` and the target. */
export function authorityIn(url: string, start: number): string {
  const end = url.slice(start).search(/[/?]/);
  return end < 0 ? url.slice(start) : url.slice(start, start + end);
}

/**
 * Returns the parts of a path, percent-decoded.
 *
 * @throws {Problem} 400
 */
export function segmentsOf(path: string): readonly string[] {
  // One slash at each end does not make a segment; a lone "/" is both.
  const end = path.length > 1 && path.endsWith("/") ? -1 : undefined;
  const segments = path.slice(1, end).split("/");
  return /[%.]/.test(path) ? segments.map(decodeSegment) : segments;
}

function decodeSegment(raw: string): string {
  const segment = decodePart(raw);
  if (segment === "." || segment === "..") {
    throw problem(400, "the path has a dot segment");
  }
  if (FORBIDDEN_DECODED.test(segment)) {
    throw problem(400, "the path has an encoded slash or control character");
  }
  return segment;
}
