import type { Layer } from "./layers.ts";
import type { Place } from "./process_config.ts";

/** Keys from the outside in; a number counts the elements of an array. */
export type KeyPath = readonly (string | number)[];

/** What was found wrong, before anybody knows where it stands. `settle.ts` makes a problem of it. */
export interface Finding extends FindingOptions {
  /** What it is about. */
  readonly path: KeyPath;
  /** Says what was found and what is wanted; or only what is wanted, if there is a `value`. */
  readonly text: string;
  /** What was found. */
  readonly value?: { readonly found: unknown };
}

/** What a {@linkcode Finding} may say besides its path and text. */
export interface FindingOptions {
  /** The next step. */
  readonly hint?: string | undefined;
  /** A name that isn't known, and the names that are: gives the hint. */
  readonly like?: readonly [name: string, known: Iterable<string>];
  /** Where it stands, if not where the configuration has `path`: there, or where this layer has it. */
  readonly at?: KeyPath | Place | Layer;
}

/** Collects all that is wrong, so that it can be told at once. Does nothing that a right configuration would pay for. */
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
    const found = { found: value };
    this.problems.push({ path, text: wanted, value: found, ...options });
  }

  /** Something that can't be used; `text` says what was found and what is wanted. */
  refuse(path: KeyPath, text: string, options?: FindingOptions): void {
    this.problems.push({ path, text, ...options });
  }

  /** A key that nobody knows. */
  unknown(path: KeyPath, known: Iterable<string>): void {
    this.refuse(path, "found an unknown key, wanted a known one", {
      like: [String(path.at(-1)), known],
    });
  }

  /** Something that is accepted; `text` says what was found and what is wanted. */
  notice(path: KeyPath, text: string, options?: FindingOptions): void {
    this.notices.push({ path, text, ...options });
  }
}
