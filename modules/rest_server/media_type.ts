import { problem } from "./problem.ts";

const TEXT =
  /^(text\/.+|.+\+(json|xml)|application\/(json|xml|javascript|x-www-form-urlencoded|x-ndjson))$/;
const CHARSET = /;\s*charset\s*=\s*"?([^\s;"]+)/i;
const UTF8: ReadonlySet<string> = new Set(["utf-8", "utf8", "us-ascii"]);

/**
 * A byte order mark is part of the text: what comes out encodes to what came
 * in.
 */
const decoder = new TextDecoder("utf-8", { fatal: true, ignoreBOM: true });

/**
 * Returns the media type of a Content-Type header, in lower case, without its
 * parameters; empty text if the header is missing.
 */
export function mediaType(header: string | undefined): string {
  if (header === undefined) return "";
  const end = header.indexOf(";");
  return (end < 0 ? header : header.slice(0, end)).trim().toLowerCase();
}

/** Returns true if `allowed` has the type, or `<its first part>/*`. */
export function isAllowed(type: string, allowed: readonly string[]): boolean {
  return allowed.includes(type) ||
    allowed.includes(type.slice(0, type.indexOf("/") + 1) + "*");
}

/**
 * Returns a body as messages have it: text for types that are text, bytes for
 * all others. Without a type it is text if it can be.
 *
 * @throws {Problem} 415 for text that is not UTF-8, since a replacement of the
 * invalid bytes would change it
 */
export function bodyOf(
  bytes: Uint8Array,
  header: string | undefined,
): string | Uint8Array {
  if (bytes.length === 0) return "";
  const type = mediaType(header);
  if (type === "") return decode(bytes) ?? bytes;
  if (!TEXT.test(type)) return bytes;
  const charset = CHARSET.exec(header!)?.[1]?.toLowerCase();
  const text = charset === undefined || UTF8.has(charset)
    ? decode(bytes)
    : undefined;
  if (text === undefined) throw problem(415, "text must be UTF-8 here");
  return text;
}

function decode(bytes: Uint8Array): string | undefined {
  try {
    return decoder.decode(bytes);
  } catch {
    return undefined; // the decoder throws only if the bytes are not UTF-8
  }
}
