import { type KeyPath, quote } from "./key_path.ts";
import type { Report } from "./report.ts";
import { emptyTable, isTable, type Table } from "./tables.ts";

/** The longest time that a timer takes. */
export const MAX_SECONDS = (2 ** 31 - 1) / 1000;

/** Reads the keys of one table, tells what is wrong with them, and in the end which ones nobody asked for. */
export class TableReader {
  /** Where the table stands. */
  readonly path: KeyPath;
  /** What it has. */
  readonly table: Table;
  readonly #report: Report;
  readonly #known = new Set<string>();
  readonly #readers = new Map<string, TableReader>();

  /** A missing `value` is an empty table. */
  constructor(path: KeyPath, value: unknown, report: Report) {
    this.path = path;
    this.#report = report;
    this.table = isTable(value) ? value : emptyTable();
    if (value !== undefined && !isTable(value)) {
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

  /** A table of tables, each with its id. */
  readers(key: string): [id: string, reader: TableReader][] {
    const { table, path } = this.reader(key);
    return Object.keys(table).map((id) => {
      const below = [...path, id];
      if (id === "" || /\p{Cc}/u.test(id)) {
        this.#report.refuse(below, `found the id ${quote(id)}, wanted a name`);
      }
      return [id, new TableReader(below, table[id], this.#report)];
    });
  }

  /** A key that is text, and not empty. */
  text(key: string): string | undefined {
    const value = this.value(key);
    if (typeof value === "string" && value !== "") return value;
    if (value !== undefined) this.wrong(key, value, "text");
    return undefined;
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
}
