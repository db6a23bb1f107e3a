import type { Place } from "./process_config.ts";
import type { KeyPath } from "./report.ts";
import { emptyTable, isTable, mergeInto, type Table } from "./tables.ts";
import type { KeyPositions } from "./toml_positions.ts";

/** The sources of a configuration, later ones over earlier ones. */
export class Layers {
  /** All of them in one: tables merge, all else is replaced. */
  readonly merged: Table = emptyTable();
  readonly #layers: Layer[] = [];
  readonly #base: URL | undefined;

  /** `base` is what paths are relative to that no file says. */
  constructor(base?: URL) {
    this.#base = base;
  }

  /** Lays one over those that are there. */
  add(layer: Layer): void {
    this.#layers.push(layer);
    mergeInto(this.merged, layer.table);
  }

  /** What a relative specifier that stands at this key is relative to. */
  baseOf(path: KeyPath): URL | undefined {
    return this.#layerOf(path)?.base;
  }

  /** What a relative path that stands at this key is relative to. */
  folderOf(path: KeyPath): URL | undefined {
    return this.baseOf(path) ?? this.#base;
  }

  /** Where the value of a key was said, or the nearest table around it; for what is nowhere, the first source. */
  async place(path: KeyPath): Promise<Place | undefined> {
    const layer = this.#layerOf(path) ?? this.#layers[0];
    return await layer?.place(path);
  }

  /** The ids in a table of tables, in the order in which the sources mention them. */
  async idsIn(key: string): Promise<string[]> {
    const table = this.merged[key];
    const ids = isTable(table) ? Object.keys(table) : [];
    // JavaScript keeps that order, but for keys like "2": they come first, by size.
    if (ids.length < 2 || !/^\d/.test(ids[0]!)) return ids;
    const mentions: [id: string, mention: readonly number[]][] = [];
    for (const id of ids) {
      mentions.push([id, await this.#firstMention([key, id])]);
    }
    mentions.sort(([, a], [, b]) => compare(a, b));
    return mentions.map(([id]) => id);
  }

  /** The number of the layer, the line and the column. */
  async #firstMention(path: KeyPath): Promise<readonly number[]> {
    const index = this.#layers.findIndex((layer) =>
      layer.reach(path).length === path.length
    );
    const place = await this.#layers[index]?.place(path);
    return [index, place?.line ?? 0, place?.column ?? 0];
  }

  /**
   * A value stands in the last layer that has it. Many layers may have a table: it stands in the first one, and so does what is
   * missing from it.
   */
  #layerOf(path: KeyPath): Layer | undefined {
    let best: Layer | undefined;
    let longest = 1;
    for (let index = this.#layers.length - 1; index >= 0; index--) {
      const layer = this.#layers[index]!;
      const { length, replaces } = layer.reach(path);
      if (length >= longest) {
        best = layer;
        longest = length;
      }
      if (replaces) break;
    }
    return best;
  }
}

/** One of the sources that make up a configuration. */
export class Layer {
  /** What a person knows it by. */
  readonly source: string;
  /** What it says. */
  readonly table: Table;
  /** What relative specifiers in it are relative to. */
  readonly base: URL | undefined;
  readonly #text: string | undefined;
  #positions: KeyPositions | undefined;

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
    if (!this.#positions) {
      // Most configurations have no error, and never need this.
      const { KeyPositions } = await import("./toml_positions.ts");
      this.#positions = new KeyPositions(this.#text);
    }
    const position = this.#positions.nearest(path);
    return position ? { source: this.source, ...position } : nowhere;
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

function compare(a: readonly number[], b: readonly number[]): number {
  for (const [index, number] of a.entries()) {
    const other = b[index] ?? 0;
    if (number !== other) return number - other;
  }
  return 0;
}
