import { found } from "./found.ts";
import { dottedKey, type KeyPath, quote } from "./key_path.ts";
import { Layer } from "./layer.ts";
import type { Place, Problem } from "./process_config.ts";

/** What was found wrong, before it is known where it stands. */
export interface Finding {
  /** What it is about. */
  readonly path: KeyPath;
  /** What was found, and what is wanted. */
  readonly message: string;
  /** The next step. */
  readonly hint?: string | undefined;
  /** A name that isn't known, and the names that are: gives the hint. */
  readonly like?: readonly [name: string, known: Iterable<string>];
  /** Where it stands, if not where the configuration has `path`: there, or where this layer has it. */
  readonly at?: KeyPath | Place | Layer;
}

/** What a {@linkcode Finding} may say besides its path and text. */
export type FindingOptions = Pick<Finding, "hint" | "like" | "at">;

const MOST_HINTS = 100;
const MOST_KNOWN = 12;

/** Collects all that is wrong, so that it can be told at once. */
export class Report {
  /** What a configuration can't be used with. */
  readonly problems: Finding[] = [];
  /** What is accepted, and probably not meant. */
  readonly notices: Finding[] = [];

  /** A value that can't be used. */
  wrong(
    path: KeyPath,
    value: unknown,
    wanted: string,
    options?: FindingOptions,
  ): void {
    this.refuse(
      path,
      `found ${found(path, value)}, wanted ${wanted}`,
      options,
    );
  }

  /** Something that can't be used; `text` says what was found and what is wanted. */
  refuse(path: KeyPath, text: string, options?: FindingOptions): void {
    this.problems.push({ path, message: cannotUse(path, text), ...options });
  }

  /** A key that nobody knows. */
  unknown(path: KeyPath, known: Iterable<string>): void {
    const name = String(path.at(-1));
    this.refuse(path, "found an unknown key, wanted a known one", {
      like: [name, known],
    });
  }

  /** Something that is accepted; `text` says what was found and what is wanted. */
  notice(path: KeyPath, text: string, options?: FindingOptions): void {
    this.notices.push({ path, message: cannotUse(path, text), ...options });
  }
}

/** Says where each finding stands, and what was probably meant. */
export async function settle(
  findings: readonly Finding[],
  place: (key: KeyPath) => Promise<Place | undefined>,
): Promise<Problem[]> {
  if (findings.length === 0) return [];
  const { nearest } = await import("./nearest.ts");
  const problems: Problem[] = [];
  for (const { path, message, hint, like, at = path } of findings) {
    problems.push({
      key: dottedKey(path),
      place: at instanceof Layer
        ? await at.place(path)
        : "source" in at
        ? at
        : await place(at),
      message,
      // to compare each of 50,000 unknown keys with all known ones takes seconds
      hint: like && problems.length < MOST_HINTS
        ? likeHint(...like, nearest)
        : hint,
    });
  }
  return inFileOrder(problems);
}

/** Sources in the order in which they come up, and each one's problems from top to bottom. */
function inFileOrder(problems: readonly Problem[]): Problem[] {
  const sources = new Map<string | undefined, Problem[]>();
  for (const problem of problems) {
    const source = problem.place?.source;
    const same = sources.get(source);
    if (same) same.push(problem);
    else sources.set(source, [problem]);
  }
  return [...sources.values()].flatMap((same) =>
    same.sort((a, b) =>
      (a.place?.line ?? 0) - (b.place?.line ?? 0) ||
      (a.place?.column ?? 0) - (b.place?.column ?? 0)
    )
  );
}

function cannotUse(path: KeyPath, text: string): string {
  return path.length === 0
    ? `Cannot use the configuration: ${text}`
    : `Cannot use ${dottedKey(path)}: ${text}`;
}

function likeHint(
  name: string,
  known: Iterable<string>,
  nearest: (name: string, known: Iterable<string>) => string | undefined,
): string | undefined {
  const meant = nearest(name, known);
  if (meant !== undefined) return `write ${quote(meant)}`;
  const names = [...known];
  return names.length > 0 && names.length <= MOST_KNOWN
    ? `known: ${names.map(quote).join(", ")}`
    : undefined;
}
