import { problem } from "../problem.ts";

/** Parts of a request target as received, before any URL parser. */
export interface TargetParts {
  /** Path as received, without the query. */
  readonly path: string;
  /**
   * Percent-decoded segments of the path, without its first slash and one last
   * slash.
   */
  readonly segments: readonly string[];
  /** Query as received, without the question mark. */
  readonly query: string;
  /** Host and port that the request is for. */
  readonly authority: string;
}

/** Parts of a request from which its target is read. */
export interface TargetSource {
  /** `scheme://host`, followed by the target as received. */
  readonly url: string;
  /** Host header of the request. */
  readonly host: string | undefined;
  /** Scheme of the server. */
  readonly scheme: "http" | "https";
  /** Host and port that the platform assumes for a request without a host. */
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
 * Deno joins `scheme://`, the Host header and the target without a check: with
 * `Host: a/only?` a URL parser would find the path `/only`. So the host is
 * checked first, and the target is the text after exactly that host.
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
      // The URIError has no information that the answer lacks.
    }
  }
  throw problem(400, `the ${of} has a malformed percent-encoding`);
}

/**
 * Returns host and port of a request: its Host header, or `:authority` of
 * HTTP/2.
 */
function authorityOf({ url, host, scheme, fallback }: TargetSource): string {
  const start = scheme.length + 3;
  const authority = host ?? authorityIn(url, start);
  // Deno assumes a host for an HTTP/1 request without the header. An HTTP/2
  // request for that host looks the same.
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
