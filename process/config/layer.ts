import type { KeyPath } from "./key_path.ts";
import type { Place } from "./process_config.ts";
import { isTable, type Table } from "./tables.ts";
import type { KeyPosition } from "./toml_positions.ts";

/** One of the sources that make up a configuration. */
export class Layer {
  /** What a person knows it by. */
  readonly source: string;
  /** What it says. */
  readonly table: Table;
  /** What relative specifiers in it are relative to. */
  readonly base: URL | undefined;
  readonly #text: string | undefined;
  #positions: KeyPosition | undefined;

  /** `text` is the TOML that says `table`, if there is any. */
  constructor(
    source: string,
    table: Table,
    options: {
      readonly base?: URL | undefined;
      readonly text?: string | undefined;
    } = {},
  ) {
    this.source = source;
    this.table = table;
    this.base = options.base;
    this.#text = options.text;
  }

  /** The same source, saying something else. */
  withTable(table: Table): Layer {
    const { source, base } = this;
    const text = this.#text;
    return new Layer(source, table, { base, text });
  }

  /** Where a key stands in it, or the nearest table around it. */
  async place(path: KeyPath): Promise<Place> {
    const nowhere = {
      source: this.source,
      line: undefined,
      column: undefined,
    };
    if (this.#text === undefined) return nowhere;
    // Most configurations have no error, and never need this.
    const { locateKeys, positionOf } = await import("./toml_positions.ts");
    const root = this.#positions ??= locateKeys(this.#text);
    const position = positionOf(root, path);
    if (position === root) return nowhere;
    return {
      source: this.source,
      line: position.line,
      column: position.column,
    };
  }

  /** How many keys of a path it has, and whether one of them is no table, so that layers below don't count. */
  reach(
    path: KeyPath,
  ): { readonly length: number; readonly replaces: boolean } {
    let value: unknown = this.table;
    let length = 0;
    let replaces = false;
    for (const part of path) {
      const isParent = typeof value === "object" && value !== null;
      if (!isParent || !Object.hasOwn(value as object, part)) break;
      value = (value as Record<string | number, unknown>)[part];
      length++;
      replaces ||= !isTable(value);
    }
    return { length, replaces };
  }
}
