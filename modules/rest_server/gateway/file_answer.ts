import type { FileInfo } from "./platform.ts";

/** Part of a file: from `start` up to, but without, `end`. */
export interface FileRange {
  readonly start: number;
  readonly end: number;
}

/** Status and headers of the answer to a request for a file. */
export interface FileAnswer {
  readonly status: 200 | 206 | 304 | 412 | 416;
  readonly headers: Headers;
  /** Part of the file that is sent as the body; undefined for no body. */
  readonly range: FileRange | undefined;
}

/**
 * Answers a GET or HEAD request for a file, by its preconditions (RFC 9110,
 * section 13) and its range. A HEAD request has no range (section 14.2), and a
 * request for several ranges receives the whole file.
 */
export function fileAnswer(
  info: FileInfo,
  request: Headers,
  method: string,
): FileAnswer {
  const { size } = info;
  const tag = `"${info.modified.toString(36)}-${size.toString(36)}"`;
  const seconds = Math.floor(info.modified / 1_000) * 1_000;
  const date = new Date(seconds).toUTCString();
  const headers = new Headers({
    etag: tag,
    "last-modified": date,
    "accept-ranges": "bytes",
  });
  const whole: Range = { start: 0, end: size };
  const failed = preconditionStatus(request, tag, seconds);
  if (failed) return { status: failed, headers, range: undefined };
  const isRanged = method === "GET" &&
    isCurrent(request.get("if-range"), tag, date);
  const range = isRanged ? rangeOf(request.get("range"), size) : whole;
  if (range === undefined) {
    headers.set("content-range", `bytes */${size}`);
    return { status: 416, headers, range };
  }
  const { start, end } = range;
  headers.set("content-length", `${end - start}`);
  if (range.isPart !== true) return { status: 200, headers, range };
  headers.set("content-range", `bytes ${start}-${end - 1}/${size}`);
  return { status: 206, headers, range };
}

function preconditionStatus(
  request: Headers,
  tag: string,
  modified: number,
): 304 | 412 | undefined {
  const match = request.get("if-match");
  if (match !== null && !listHas(match, tag, false)) return 412;
  const since = timeOf(request.get("if-unmodified-since"));
  if (match === null && since !== undefined && modified > since) return 412;
  const noneMatch = request.get("if-none-match");
  if (noneMatch !== null) {
    return listHas(noneMatch, tag, true) ? 304 : undefined;
  }
  const modifiedSince = timeOf(request.get("if-modified-since"));
  return modifiedSince !== undefined && modified <= modifiedSince
    ? 304
    : undefined;
}

/**
 * Returns true if a list of entity tags contains `tag`. Weak tags match only if
 * `weak` is true.
 */
function listHas(list: string, tag: string, weak: boolean): boolean {
  return list.trim() === "*" ||
    list.split(",").map((each) => each.trim())
      .some((each) => each === tag || weak && each === `W/${tag}`);
}

/** The three forms of a date in a header. `Date.parse` also takes a number. */
const DATE = /^[A-Z][a-z]+,? [\w :-]+$/;

/** Parses a date; undefined for any other text, which is to be ignored. */
function timeOf(date: string | null): number | undefined {
  if (date === null || !DATE.test(date)) return undefined;
  const time = Date.parse(date.endsWith("GMT") ? date : `${date} GMT`);
  return Number.isNaN(time) ? undefined : time;
}

function isCurrent(ifRange: string | null, tag: string, date: string): boolean {
  return ifRange === null || ifRange === tag || ifRange === date;
}

interface Range extends FileRange {
  readonly isPart?: boolean;
}

/**
 * Parses a range of bytes. Returns undefined if the file ends before the range.
 */
function rangeOf(
  header: string | null,
  size: number,
): Range | undefined {
  const match = /^bytes=(\d{0,15})-(\d{0,15})$/.exec(header?.trim() ?? "");
  const [, first = "", last = ""] = match ?? [];
  if (first === "" && last === "") return { start: 0, end: size };
  if (first === "") {
    const start = Math.max(0, size - Number(last));
    return start === size ? undefined : { start, end: size, isPart: true };
  }
  const start = Number(first);
  const end = last === "" ? size : Math.min(Number(last) + 1, size);
  if (last !== "" && Number(last) < start) return { start: 0, end: size };
  return start >= size ? undefined : { start, end, isPart: true };
}
