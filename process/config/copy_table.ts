import {
  emptyTable,
  isTable,
  type KeyPath,
  MAX_DEPTH,
  type Table,
} from "./tables.ts";

/**
 * Reports a value that {@linkcode copyTable} left out: its path, what was
 * found, and what is wanted.
 */
export type Refuse = (path: KeyPath, text: string) => void;

/**
 * Maximum number of values. A small object can contain one part many times and
 * so be a huge tree.
 */
const MAX_VALUES = 200_000;

/**
 * Copies a table into tables without prototype. Leaves out and reports values
 * that a configuration cannot contain.
 */
export function copyTable(source: Table, refuse: Refuse): Table {
  return new Copy(refuse).table(source);
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
        ? this.#leaveOut(
          "a key that no configuration may have; expected another",
        )
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
        ? this.#leaveOut(`over ${MAX_VALUES} values; expected fewer`)
        : undefined;
    }
    const array = Array.isArray(value);
    if (!array && !isTable(value)) return value;
    if (this.#around.includes(value)) {
      return this.#leaveOut("a table that contains itself; expected a tree");
    }
    if (this.#around.length >= MAX_DEPTH) {
      return this.#leaveOut(
        `tables nested deeper than ${MAX_DEPTH}; expected at most ${MAX_DEPTH}`,
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
