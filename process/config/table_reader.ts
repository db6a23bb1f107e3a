import { CaryatidError, validatePattern, validateTopic } from "@caryatid/sdk";
import type { Layer } from "./layers.ts";
import type { Place } from "./process_config.ts";
import { emptyTable, isTable, type KeyPath, type Table } from "./tables.ts";

/** Maximum delay of a timer, in seconds. */
const MAX_SECONDS = (2 ** 31 - 1) / 1000;

/** Maximum length of a list. Longer ones take long to compare. */
const MOST_TEXTS = 1_000;

/**
 * Reads the keys of one table. Reports wrong values and, at the end, unknown
 * keys.
 */
export class TableReader {
  /** Path of the table. */
  readonly path: KeyPath;
  /** Content of the table. */
  readonly table: Table;
  /** True if the value exists and is a table. */
  readonly isTable: boolean;
  readonly #report: Report;
  readonly #known = new Set<string>();
  readonly #readers = new Map<string, TableReader>();

  /** Creates a reader. An undefined `value` is an empty table. */
  constructor(path: KeyPath, value: unknown, report: Report) {
    this.path = path;
    this.#report = report;
    this.isTable = isTable(value);
    this.table = isTable(value) ? value : emptyTable();
    if (value !== undefined && !this.isTable) {
      report.wrong(path, value, "a table");
    }
  }

  /** Returns the unchecked value of a key. */
  value(key: string): unknown {
    this.#known.add(key);
    return Object.hasOwn(this.table, key) ? this.table[key] : undefined;
  }

  /**
   * Returns a reader of a key that is a table. A missing key is an empty table.
   */
  reader(key: string): TableReader {
    let reader = this.#readers.get(key);
    if (!reader) {
      const path = [...this.path, key];
      reader = new TableReader(path, this.value(key), this.#report);
      // A second reader would report the same errors again.
      this.#readers.set(key, reader);
    }
    return reader;
  }

  /** Returns a reader of the table with this id. */
  item(id: string): TableReader {
    const reader = this.reader(id);
    if (!isName(id)) {
      const text = "found an empty id or one with control characters";
      this.#report.refuse(reader.path, `${text}; expected a name`);
    }
    return reader;
  }

  /** Returns a key that is a non-empty text. */
  text(key: string): string | undefined {
    const value = this.value(key);
    if (typeof value === "string" && value !== "") return value;
    const wanted = value === "" ? "text that is not empty" : "text";
    if (value !== undefined) this.wrong(key, value, wanted);
    return undefined;
  }

  /** Returns a key that is a topic. */
  topic(key: string): string | undefined {
    return this.#valid(key, validateTopic);
  }

  /** Returns a key that is a pattern of topics. */
  pattern(key: string): string | undefined {
    return this.#valid(key, validatePattern);
  }

  /** Returns a key that is one of `choices`. */
  choice<T extends string>(key: string, choices: readonly T[], fallback: T): T {
    const value = this.value(key);
    if (value === undefined) return fallback;
    const choice = choices.find((choice) => choice === value);
    if (choice !== undefined) return choice;
    const words = choices.map((choice) => `"${choice}"`).join(", ");
    this.wrong(key, value, `one of ${words}`);
    return fallback;
  }

  /**
   * Returns a key that is a list of texts. `refusal` returns what is wanted in
   * place of an unusable text.
   */
  texts(
    key: string,
    refusal: (text: string) => string | undefined,
  ): readonly string[] | undefined {
    const value = this.value(key);
    if (value === undefined) return undefined;
    if (!Array.isArray(value) || value.length > MOST_TEXTS) {
      this.wrong(key, value, `an array of at most ${MOST_TEXTS} texts`);
      return undefined;
    }
    for (const [index, item] of value.entries()) {
      const wanted = typeof item === "string" ? refusal(item) : "text";
      if (wanted === undefined) continue;
      this.#report.wrong([...this.path, key, index], item, wanted);
    }
    return value;
  }

  /** Returns a key that is true or false. */
  flag(key: string, fallback: boolean): boolean {
    const value = this.value(key);
    if (typeof value === "boolean") return value;
    if (value !== undefined) this.wrong(key, value, "true or false");
    return fallback;
  }

  /** Returns a key that is a whole number from `least` to `most`. */
  whole(
    key: string,
    fallback: number,
    [least, most]: readonly [least: number, most: number],
  ): number {
    const value = this.value(key);
    if (value === undefined) return fallback;
    const isWhole = typeof value === "number" && Number.isInteger(value);
    if (isWhole && value >= least && value <= most) return value;
    this.wrong(key, value, `a whole number, ${least} to ${most}`);
    return fallback;
  }

  /** Returns a key that is a number from 0 to 1. */
  share(key: string, fallback: number): number {
    const value = this.value(key);
    if (value === undefined) return fallback;
    if (typeof value === "number" && value >= 0 && value <= 1) return value;
    this.wrong(key, value, "a number, 0 to 1");
    return fallback;
  }

  /** Returns a key in seconds as milliseconds. 0 is valid only with `zero`. */
  seconds(key: string, fallback: number, zero?: "or 0"): number {
    const value = this.value(key);
    if (value === undefined) return fallback * 1000;
    const time = typeof value === "number" ? value * 1000 : NaN;
    if (time > 0 && time <= MAX_SECONDS * 1000 || zero && time === 0) {
      return time;
    }
    const least = zero ? "from 0" : "above 0";
    this.wrong(key, value, `seconds, ${least} to ${MAX_SECONDS}`);
    return fallback * 1000;
  }

  /** Reports a value that cannot be used. */
  wrong(key: string, value: unknown, wanted: string): void {
    this.#report.wrong([...this.path, key], value, wanted);
  }

  /** Removes keys that no longer have an effect and reports replacements. */
  dead(hints: Readonly<Record<string, string>>): void {
    for (const [key, hint] of Object.entries(hints)) {
      if (this.value(key) === undefined) continue;
      this.#report.notice(
        [...this.path, key],
        "found a key without effect; expected none",
        { hint },
      );
    }
  }

  /** Returns the keys that were not read. */
  rest(): Table {
    const rest = emptyTable();
    for (const key of Object.keys(this.table)) {
      if (!this.#known.has(key)) rest[key] = this.table[key];
    }
    return rest;
  }

  /** Reports each key that was not read. */
  end(): void {
    for (const key of Object.keys(this.rest())) {
      this.#report.unknown([...this.path, key], this.#known);
    }
  }

  #valid(
    key: string,
    validate: (topic: string) => string,
  ): string | undefined {
    const value = this.value(key);
    if (value === undefined) return undefined;
    try {
      return validate(value as string);
    } catch (error) {
      if (!(error instanceof CaryatidError)) throw error;
      const path = [...this.path, key];
      if (typeof value !== "string") this.#report.wrong(path, value, "text");
      // The text has the form `Cannot … "topic": found …; expected …`. The key
      // replaces its first part.
      else {
        const { message, hint } = error;
        const text = message.slice(message.lastIndexOf(": found") + 2);
        this.#report.refuse(path, text, { hint });
      }
      return undefined;
    }
  }
}

/**
 * Returns true for a usable id. The regular expression `/\p{Cc}/u` would take
 * 0.1 ms to compile.
 */
function isName(id: string): boolean {
  return id !== "" &&
    ![...id].some((char) => char < " " || (char > "~" && char < "\xa0"));
}

/** A problem or notice without its place. `toProblems` adds the place. */
export interface Finding extends FindingOptions {
  /** Path of the key. */
  readonly path: KeyPath;
  /** Finding and wanted value; only the wanted value if there is a `value`. */
  readonly text: string;
  /** Value that was found. */
  readonly value?: { readonly found: unknown };
}

/** Optional parts of a {@linkcode Finding}. */
interface FindingOptions {
  /** Suggested remedy. */
  readonly hint?: string | undefined;
  /** An unknown name and the known names, for the hint. */
  readonly like?: readonly [name: string, known: Iterable<string>];
  /**
   * Place, if it is not the place of `path`: another path, a place, or this
   * layer.
   */
  readonly at?: KeyPath | Place | Layer;
}

/**
 * Collects all problems of a configuration. It does no work for a correct
 * configuration.
 */
export class Report {
  /** Findings that make the configuration unusable. */
  readonly problems: Finding[] = [];
  /** Findings that are accepted but probably not intended. */
  readonly notices: Finding[] = [];

  /** Adds a value that cannot be used. */
  wrong(
    path: KeyPath,
    value: unknown,
    wanted: string,
    options?: FindingOptions,
  ): void {
    const found = { found: value };
    this.problems.push({ path, text: wanted, value: found, ...options });
  }

  /** Adds a problem. `text` says what was found and what is wanted. */
  refuse(path: KeyPath, text: string, options?: FindingOptions): void {
    this.problems.push({ path, text, ...options });
  }

  /** Adds an unknown key. */
  unknown(path: KeyPath, known: Iterable<string>): void {
    this.refuse(path, "found an unknown key; expected a known one", {
      like: [String(path.at(-1)), known],
    });
  }

  /** Adds a notice. `text` says what was found and what is wanted. */
  notice(path: KeyPath, text: string, options?: FindingOptions): void {
    this.notices.push({ path, text, ...options });
  }
}
