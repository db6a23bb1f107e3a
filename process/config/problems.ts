import { Layer } from "./layers.ts";
import { nearest } from "./nearest.ts";
import type { ConfigProblem, Place } from "./process_config.ts";
import type { Finding } from "./table_reader.ts";
import type { KeyPath } from "./tables.ts";
import { dottedKey, formatValue, quote } from "./format.ts";

const MOST_HINTS = 100;
const MOST_KNOWN = 12;

/**
 * Converts findings to problems, with places and hints, in the order of the
 * files.
 */
export async function toProblems(
  findings: readonly Finding[],
  place: (key: KeyPath) => Promise<Place | undefined>,
): Promise<ConfigProblem[]> {
  const problems: ConfigProblem[] = [];
  for (const finding of findings) {
    const { path, hint, like, at = path } = finding;
    problems.push({
      key: dottedKey(path),
      place: at instanceof Layer
        ? await at.place(path)
        : "source" in at
        ? at
        : await place(at),
      message: message(finding),
      // comparing 50,000 unknown keys with all known keys takes seconds
      hint: like && problems.length < MOST_HINTS ? likeHint(...like) : hint,
    });
  }
  return inFileOrder(problems);
}

function message({ path, text, value }: Finding): string {
  const what = path.length === 0 ? "the configuration" : dottedKey(path);
  return value
    ? `Cannot use ${what}: found ${
      formatValue(path, value.found)
    }; expected ${text}`
    : `Cannot use ${what}: ${text}`;
}

function likeHint(name: string, known: Iterable<string>): string | undefined {
  const meant = nearest(name, known);
  if (meant !== undefined) return `Write ${quote(meant)}.`;
  const names = [...known];
  return names.length > 0 && names.length <= MOST_KNOWN
    ? `Use one of ${names.map(quote).join(", ")}.`
    : undefined;
}

/**
 * Sorts problems by source in the order of first use, then by line and column.
 */
export function inFileOrder<T extends Pick<ConfigProblem, "place">>(
  problems: readonly T[],
): T[] {
  const sources = Map.groupBy(problems, ({ place }) => place?.source);
  return [...sources.values()].flatMap((same) =>
    same.sort((a, b) =>
      (a.place?.line ?? 0) - (b.place?.line ?? 0) ||
      (a.place?.column ?? 0) - (b.place?.column ?? 0)
    )
  );
}
