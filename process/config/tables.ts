import type { KeyPath } from "./key_path.ts";

/** A table of a configuration. It has no prototype, so that no key is special. */
export type Table = Record<string, unknown>;

/** Tells of something that {@linkcode copyTable} left out: where, what was found, and what is wanted. */
export type Refuse = (path: KeyPath, text: string) => void;

/** Deeper than any sensible configuration, and far from the end of the stack. */
export const MAX_DEPTH = 64;

/** An object may mention one part many times, so that a small one stands for a huge tree. */
const MAX_VALUES = 1_000_000;

/** An empty table. */
export function emptyTable(): Table {
  return Object.create(null);
}

/** Says whether `value` is a plain object; dates and other class instances are values. */
export function isTable(value: unknown): value is Table {
  if (typeof value !== "object" || value === null || Array.isArray(value)) {
    return false;
  }
  const prototype = Object.getPrototypeOf(value);
  return prototype === null || Object.getPrototypeOf(prototype) === null;
}

/** Copies a table into tables without prototype, leaving out (and telling) what a configuration can't have. */
export function copyTable(source: Table, refuse: Refuse): Table {
  const copy = new Copy(refuse);
  return copy.table(source);
}

/** Lays `over` over `target`, which changes: tables merge, all else replaces. Shares nothing with `over`. */
export function mergeInto(target: Table, over: Table): Table {
  for (const key of Object.keys(over)) {
    const value = over[key];
    const under = target[key];
    target[key] = isTable(value)
      ? mergeInto(isTable(under) ? under : emptyTable(), value)
      : Array.isArray(value)
      ? value.map(copyValue)
      : value;
  }
  return target;
}

/** Counts the values of a table and of the tables in it. */
export function countValues(table: Table): number {
  let count = 0;
  for (const value of Object.values(table)) {
    count += isTable(value) ? 1 + countValues(value) : 1;
  }
  return count;
}

function copyValue(value: unknown): unknown {
  if (isTable(value)) return mergeInto(emptyTable(), value);
  return Array.isArray(value) ? value.map(copyValue) : value;
}

class Copy {
  readonly #refuse: Refuse;
  readonly #path: (string | number)[] = [];
  readonly #around: unknown[] = [];
  #count = 0;

  constructor(refuse: Refuse) {
    this.#refuse = refuse;
  }

  table(source: Table): Table {
    const copy = emptyTable();
    this.#around.push(source);
    for (const key of Object.keys(source)) {
      const given = source[key];
      if (given === undefined) continue;
      this.#path.push(key);
      const value = key === "__proto__"
        ? this.#leaveOut("a key that no configuration may have, wanted another")
        : this.#value(given);
      if (value !== undefined) copy[key] = value;
      this.#path.pop();
    }
    this.#around.pop();
    return copy;
  }

  #value(value: unknown): unknown {
    if (++this.#count > MAX_VALUES) {
      return this.#count === MAX_VALUES + 1
        ? this.#leaveOut(`over ${MAX_VALUES} values, wanted fewer`)
        : undefined;
    }
    const array = Array.isArray(value);
    if (!array && !isTable(value)) return value;
    if (this.#around.includes(value)) {
      return this.#leaveOut("a table that contains itself, wanted a tree");
    }
    if (this.#around.length >= MAX_DEPTH) {
      return this.#leaveOut(
        `tables nested deeper than ${MAX_DEPTH}, wanted at most ${MAX_DEPTH}`,
      );
    }
    return array ? this.#array(value) : this.table(value);
  }

  #array(source: unknown[]): unknown[] {
    this.#around.push(source);
    const copy = source.map((value, index) => {
      this.#path.push(index);
      const copied = this.#value(value);
      this.#path.pop();
      return copied;
    });
    this.#around.pop();
    return copy;
  }

  #leaveOut(text: string): undefined {
    this.#refuse([...this.#path], `found ${text}`);
  }
}
