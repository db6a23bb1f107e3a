import { createHash } from "node:crypto";
import { inspect } from "node:util";
import type { RecordedMessage } from "../entry.ts";
import { escape } from "../json_escapes.ts";
import { type AlignedLine, alignedLines } from "./aligned_lines.ts";
import type { Difference, RecordingDiff } from "./differences.ts";
import { STYLE } from "./html_style.ts";

/** Maximum length of the text of one message, in characters. */
const MAX_TEXT = 100_000;
/** Equal lines that are shown around a change. */
const CONTEXT = 3;

/** Allows the style of the page and nothing else. */
const POLICY = `default-src 'none'; style-src 'sha256-${
  createHash("sha256").update(STYLE).digest("base64")
}'`;

/**
 * Formats a comparison as a page that shows both recordings side by side. The
 * page consists of one file, and loads and runs nothing.
 *
 * @param names of the two recordings
 *
 * @example
 * ```ts
 * import { htmlDiff } from "@caryatid/modules/record/diff";
 * import assert from "node:assert/strict";
 *
 * const counts = { equal: 3, missing: 0, added: 0, changed: 0, reordered: 0 };
 * const diff = { same: true, ...counts, differences: [] };
 * const page = [...htmlDiff(diff, { a: "monday", b: "tuesday" })].join("\n");
 * assert.match(page, /<th scope="col">monday<\/th>/);
 * ```
 */
export function* htmlDiff(
  diff: RecordingDiff,
  names: { readonly a: string; readonly b: string },
): Generator<string> {
  const title = html(`${names.a} and ${names.b}`);
  yield `<!DOCTYPE html>\n<html lang="en">\n<meta charset="utf-8">`;
  yield `<meta http-equiv="Content-Security-Policy" content="${POLICY}">`;
  yield `<meta name="viewport" content="width=device-width">`;
  yield `<title>${title}</title>\n<style>${STYLE}</style>`;
  yield `<h1>${title}</h1>\n<p>${countsOf(diff)}</p>`;
  yield `<table>\n<thead><tr><th scope="col">${html(names.a)}</th>` +
    `<th scope="col">${html(names.b)}</th></tr></thead>`;
  for (const difference of diff.differences) yield* rows(difference);
  yield "</table>\n</html>";
}

function countsOf(diff: RecordingDiff): string {
  const kinds = ["missing", "added", "changed", "reordered"] as const;
  const total = kinds.reduce((sum, kind) => sum + diff[kind], 0);
  const unlisted = total - diff.differences.length;
  const more = unlisted > 0 ? [`${unlisted} not listed`] : [];
  return [
    `${diff.equal} the same`,
    ...kinds.map((kind) => `${diff[kind]} ${kind}`),
    ...more,
  ].join(", ");
}

function* rows(difference: Difference): Generator<string> {
  const { kind } = difference;
  const a = "a" in difference ? difference.a : undefined;
  const b = "b" in difference ? difference.b : undefined;
  yield `<tbody class="${kind}"><tr><th>${head(kind, a)}</th>` +
    `<th>${head(kind, b)}</th></tr>`;
  for (const line of shortened(linesOf(a, b))) yield row(line);
  if (kind === "changed") {
    for (const { path, a, b } of difference.paths) {
      // The other paths are in the message, which is shown whole.
      if (/^message\b/.test(path)) continue;
      yield row({ a: `${path}: ${text(a)}`, b: `${path}: ${text(b)}` });
    }
  }
  yield "</tbody>";
}

function head(
  kind: Difference["kind"],
  message: RecordedMessage | undefined,
): string {
  if (message === undefined) return "";
  const { topic, sequence } = message;
  return `${html(topic ?? "")} #${sequence} <span class="kind">${kind}</span>`;
}

function linesOf(
  a: RecordedMessage | undefined,
  b: RecordedMessage | undefined,
): AlignedLine[] {
  if (a === undefined || b === undefined) {
    const side = a === undefined ? "b" : "a";
    const lines = text((a ?? b)?.message).split("\n");
    return lines.map((line) => ({ a: undefined, b: undefined, [side]: line }));
  }
  return alignedLines(text(a.message), text(b.message));
}

/** Replaces long runs of equal lines by their number. */
function shortened(
  lines: readonly AlignedLine[],
): (AlignedLine | number)[] {
  const isShown = new Uint8Array(lines.length);
  for (const [index, { a, b }] of lines.entries()) {
    if (a === b) continue;
    isShown.fill(1, Math.max(0, index - CONTEXT), index + CONTEXT + 1);
  }
  // A message that only moved has no changed line.
  if (!isShown.includes(1)) isShown.fill(1, 0, 2 * CONTEXT);
  const shown: (AlignedLine | number)[] = [];
  for (const [index, line] of lines.entries()) {
    const last = shown.at(-1);
    if (isShown[index]) shown.push(line);
    else if (typeof last === "number") shown[shown.length - 1] = last + 1;
    else shown.push(1);
  }
  return shown;
}

function row(line: AlignedLine | number): string {
  if (typeof line === "number") {
    const text = `${line} equal ${line === 1 ? "line" : "lines"}`;
    return `<tr><td colspan="2" class="dim">${text}</td></tr>`;
  }
  const { a, b } = line;
  const cell = (side: string | undefined, mark: string) =>
    side === undefined
      ? "<td></td>"
      : `<td${a === b ? "" : ` class="${mark}"`}>${html(side)}</td>`;
  return `<tr>${cell(a, "gone")}${cell(b, "new")}</tr>`;
}

/**
 * Formats a value as escaped JSON; a foreign CBOR sequence may contain values
 * that JSON escapes cannot represent.
 */
function text(value: unknown): string {
  if (value === undefined) return "nothing";
  const whole = jsonOf(value);
  return whole.length > MAX_TEXT
    ? `${whole.slice(0, MAX_TEXT)}\n… ${whole.length - MAX_TEXT} more`
    : whole;
}

function jsonOf(value: unknown): string {
  try {
    return JSON.stringify(escape(value), null, 2);
  } catch {
    return inspect(value);
  }
}

/** Escapes HTML, and control and format characters, which hide text. */
function html(value: string): string {
  return value.toWellFormed()
    .replace(/(?![\n\t])[\p{Cc}\p{Cf}]/gu, "�")
    .replace(/[&<>"']/g, (char) => `&#${char.charCodeAt(0)};`);
}
