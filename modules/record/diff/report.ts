import { inspect } from "node:util";
import type { RecordedMessage } from "../entry.ts";
import { escape } from "../json_escapes.ts";
import type { Difference, RecordingDiff } from "./differences.ts";

/** Maximum length of a value, in characters. */
const WIDTH = 100;
const SIGNS = { missing: "-", added: "+", changed: "~", reordered: ">" };

/**
 * Formats a comparison as lines of text, as `deno task diff` prints it.
 *
 * @example
 * ```ts
 * import { reportDiff } from "@caryatid/modules/record/diff";
 * import assert from "node:assert/strict";
 *
 * const counts = { equal: 3, missing: 0, added: 0, changed: 0, reordered: 0 };
 * const lines = [...reportDiff({ same: true, ...counts, differences: [] })];
 * assert.deepEqual(lines, ["3 the same"]);
 * ```
 */
export function* reportDiff(diff: RecordingDiff): Generator<string> {
  for (const difference of diff.differences) {
    yield* formatDifference(difference);
  }
  const total = diff.missing + diff.added + diff.changed + diff.reordered;
  const unlisted = total - diff.differences.length;
  if (unlisted > 0) yield `… and ${unlisted} more differences`;
  const parts = (["missing", "added", "changed", "reordered"] as const)
    .filter((kind) => diff[kind] > 0).map((kind) => `${diff[kind]} ${kind}`);
  yield [`${diff.equal} the same`, ...parts].join(", ");
}

function* formatDifference(difference: Difference): Generator<string> {
  const { kind } = difference;
  const head = (message: RecordedMessage, sequence: string) =>
    `${SIGNS[kind]} ${kind} ${
      [message.topic, sequence].filter(Boolean).join(" ")
    }`;
  switch (kind) {
    case "missing":
      yield `${head(difference.a, `#${difference.a.sequence}`)}: ` +
        formatValue(difference.a.message);
      return;
    case "added":
      yield `${head(difference.b, `#${difference.b.sequence}`)}: ` +
        formatValue(difference.b.message);
      return;
    case "reordered":
      yield `${head(difference.a, formatSequences(difference))}: ` +
        formatValue(difference.a.message);
      return;
    case "changed":
      yield head(difference.a, formatSequences(difference));
      for (const { path, a, b } of difference.paths) {
        yield `    ${path}: ${formatValue(a)} → ${formatValue(b)}`;
      }
  }
}

function formatSequences(
  { a, b }: { readonly a: RecordedMessage; readonly b: RecordedMessage },
): string {
  return a.sequence === b.sequence
    ? `#${a.sequence}`
    : `#${a.sequence} → #${b.sequence}`;
}

function formatValue(value: unknown): string {
  if (value === undefined) return "nothing";
  const text = toText(value);
  return text.length > WIDTH ? `${text.slice(0, WIDTH)}…` : text;
}

/**
 * Formats a value as escaped JSON; a foreign CBOR sequence may contain values
 * that JSON escapes cannot represent.
 */
function toText(value: unknown): string {
  try {
    return JSON.stringify(escape(value));
  } catch {
    return inspect(value);
  }
}
