import { CaryatidError, validatePattern, validateTopic } from "@caryatid/sdk";
import type { KeyPath, Report } from "./report.ts";
import { emptyTable, isTable, type Table } from "./tables.ts";

/** The longest time that a timer takes. */
const MAX_SECONDS = (2 ** 31 - 1) / 1000;

/** Longer lists than anybody writes by hand take long to compare. */
const MOST_TEXTS = 1_000;

/** Reads the keys of one table, tells what is wrong with them, and in the end which ones nobody asked for. */
export class TableReader {
  /** Where the table stands. */
  readonly path: KeyPath;
  /** What it has. */
  readonly table: Table;
  /** Says whether it is there, and a table. */
  readonly isTable: boolean;
  readonly #report: Report;
  readonly #known = new Set<string>();
  readonly #readers = new Map<string, TableReader>();

  /** A missing `value` is an empty table. */
  constructor(path: KeyPath, value: unknown, report: Report) {
    this.path = path;
    this.#report = report;
    this.isTable = isTable(value);
    this.table = isTable(value) ? value : emptyTable();
    if (value !== undefined && !this.isTable) {
      report.wrong(path, value, "a table");
    }
  }

  /** The value of a key, unchecked. */
  value(key: string): unknown {
    this.#known.add(key);
    return Object.hasOwn(this.table, key) ? this.table[key] : undefined;
  }

  /** A key that is a table; an empty one if it is missing. */
  reader(key: string): TableReader {
    let reader = this.#readers.get(key);
    if (!reader) {
      const path = [...this.path, key];
      reader = new TableReader(path, this.value(key), this.#report);
      this.#readers.set(key, reader); // or its errors would be told again
    }
    return reader;
  }

  /** One of the tables in this one, by its id. */
  item(id: string): TableReader {
    const reader = this.reader(id);
    if (!isName(id)) {
      const text = "found an empty id or one with control characters";
      this.#report.refuse(reader.path, `${text}, wanted a name`);
    }
    return reader;
  }

  /** A key that is text, and not empty. */
  text(key: string): string | undefined {
    const value = this.value(key);
    if (typeof value === "string" && value !== "") return value;
    const wanted = value === "" ? "text that is not empty" : "text";
    if (value !== undefined) this.wrong(key, value, wanted);
    return undefined;
  }

  /** A key that is a topic. */
  topic(key: string): string | undefined {
    return this.#valid(key, validateTopic);
  }

  /** A key that is a pattern of topics. */
  pattern(key: string): string | undefined {
    return this.#valid(key, validatePattern);
  }

  /** A key that is one of a few words. */
  choice<T extends string>(key: string, choices: readonly T[], fallback: T): T {
    const value = this.value(key);
    if (value === undefined) return fallback;
    const choice = choices.find((choice) => choice === value);
    if (choice !== undefined) return choice;
    const words = choices.map((choice) => `"${choice}"`).join(", ");
    this.wrong(key, value, `one of ${words}`);
    return fallback;
  }

  /** A key that is a list of texts. `refusal` says what is wanted instead of one that can't be used. */
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

  /** A key that counts something, from `least` to `most`. */
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

  /** A key that counts seconds, as milliseconds; 0 only where `zero` allows it. */
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

  /** Tells of a value that isn't what is wanted. */
  wrong(key: string, value: unknown, wanted: string): void {
    this.#report.wrong([...this.path, key], value, wanted);
  }

  /** Takes keys away which once meant something, and tells what to use instead. */
  dead(hints: Readonly<Record<string, string>>): void {
    for (const [key, hint] of Object.entries(hints)) {
      if (this.value(key) === undefined) continue;
      this.#report.notice(
        [...this.path, key],
        "found a key without effect, wanted none",
        { hint },
      );
    }
  }

  /** What nobody asked for. */
  rest(): Table {
    const rest = emptyTable();
    for (const key of Object.keys(this.table)) {
      if (!this.#known.has(key)) rest[key] = this.table[key];
    }
    return rest;
  }

  /** Tells of each key that nobody asked for. */
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
      // Its text begins with the topic, for which the key stands here: Cannot … "…": found …, wanted …
      else {
        const { message, hint } = error;
        const text = message.slice(message.lastIndexOf(": found") + 2);
        this.#report.refuse(path, text, { hint });
      }
      return undefined;
    }
  }
}

/** Not `/\p{Cc}/u`, which takes 0.1 ms to build. */
function isName(id: string): boolean {
  return id !== "" &&
    ![...id].some((char) => char < " " || (char > "~" && char < "\xa0"));
}
