import { inspect } from "node:util";
import { escape } from "../escape.ts";
import type { RecordedMessage } from "../recorded_message.ts";
import type { Difference, RecordingDiff } from "./difference.ts";

const WIDTH = 100;
const SIGNS = { missing: "-", added: "+", changed: "~", reordered: ">" };

/**
 * What a person reads of a comparison, line by line, as `deno task diff` prints it.
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
  for (const difference of diff.differences) yield* described(difference);
  const total = diff.missing + diff.added + diff.changed + diff.reordered;
  const unlisted = total - diff.differences.length;
  if (unlisted > 0) yield `… and ${unlisted} more differences`;
  const parts = (["missing", "added", "changed", "reordered"] as const)
    .filter((kind) => diff[kind] > 0).map((kind) => `${diff[kind]} ${kind}`);
  yield [`${diff.equal} the same`, ...parts].join(", ");
}

function* described(difference: Difference): Generator<string> {
  const { kind } = difference;
  const head = (message: RecordedMessage, sequence: string) =>
    `${SIGNS[kind]} ${kind} ${
      [message.topic, sequence].filter(Boolean).join(" ")
    }`;
  switch (kind) {
    case "missing":
      yield `${head(difference.a, `#${difference.a.sequence}`)}: ` +
        shown(difference.a.message);
      return;
    case "added":
      yield `${head(difference.b, `#${difference.b.sequence}`)}: ` +
        shown(difference.b.message);
      return;
    case "reordered":
      yield `${head(difference.a, places(difference))}: ` +
        shown(difference.a.message);
      return;
    case "changed":
      yield head(difference.a, places(difference));
      for (const { path, a, b } of difference.paths) {
        yield `    ${path}: ${shown(a)} → ${shown(b)}`;
      }
  }
}

function places(
  { a, b }: { readonly a: RecordedMessage; readonly b: RecordedMessage },
): string {
  return a.sequence === b.sequence
    ? `#${a.sequence}`
    : `#${a.sequence} → #${b.sequence}`;
}

function shown(value: unknown): string {
  if (value === undefined) return "nothing";
  const text = asText(value);
  return text.length > WIDTH ? `${text.slice(0, WIDTH)}…` : text;
}

/** What others have written to a CBOR sequence may be something that we don't write. */
function asText(value: unknown): string {
  try {
    return JSON.stringify(escape(value));
  } catch {
    return inspect(value);
  }
}
