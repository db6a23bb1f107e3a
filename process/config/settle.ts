import { Layer } from "./layers.ts";
import { nearest } from "./nearest.ts";
import type { Place, Problem } from "./process_config.ts";
import type { Finding, KeyPath } from "./report.ts";
import { dottedKey, found, quote } from "./shown.ts";

const MOST_HINTS = 100;
const MOST_KNOWN = 12;

/** Makes problems of findings: says where each stands and what was probably meant, in the order of the files. */
export async function settle(
  findings: readonly Finding[],
  place: (key: KeyPath) => Promise<Place | undefined>,
): Promise<Problem[]> {
  const problems: Problem[] = [];
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
      // to compare each of 50,000 unknown keys with all known ones takes seconds
      hint: like && problems.length < MOST_HINTS ? likeHint(...like) : hint,
    });
  }
  return inFileOrder(problems);
}

function message({ path, text, value }: Finding): string {
  const what = path.length === 0 ? "the configuration" : dottedKey(path);
  return value
    ? `Cannot use ${what}: found ${found(path, value.found)}, wanted ${text}`
    : `Cannot use ${what}: ${text}`;
}

function likeHint(name: string, known: Iterable<string>): string | undefined {
  const meant = nearest(name, known);
  if (meant !== undefined) return `write ${quote(meant)}`;
  const names = [...known];
  return names.length > 0 && names.length <= MOST_KNOWN
    ? `known: ${names.map(quote).join(", ")}`
    : undefined;
}

/** Sources in the order in which they come up, and each one's problems from top to bottom. */
function inFileOrder(problems: readonly Problem[]): Problem[] {
  const sources = Map.groupBy(problems, ({ place }) => place?.source);
  return [...sources.values()].flatMap((same) =>
    same.sort((a, b) =>
      (a.place?.line ?? 0) - (b.place?.line ?? 0) ||
      (a.place?.column ?? 0) - (b.place?.column ?? 0)
    )
  );
}
