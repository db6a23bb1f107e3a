import type { Place } from "./process_config.ts";
import {
  emptyTable,
  isTable,
  type KeyPath,
  mergeInto,
  type Table,
} from "./tables.ts";
import type { KeyPositions } from "./toml_positions.ts";

/** Sources of a configuration; later ones override earlier ones. */
export class Layers {
  /** All layers merged: tables merge, other values are replaced. */
  readonly merged: Table = emptyTable();
  readonly #layers: Layer[] = [];
  readonly #base: URL | undefined;

  /** `base` is the base of relative paths that are not in a file. */
  constructor(base?: URL) {
    this.#base = base;
  }

  /** Adds a layer over the existing ones. */
  add(layer: Layer): void {
    this.#layers.push(layer);
    mergeInto(this.merged, layer.table);
  }

  /** Returns the base of a relative specifier at this key. */
  baseOf(path: KeyPath): URL | undefined {
    return this.#layerOf(path)?.base;
  }

  /** Returns the base of a relative path at this key. */
  folderOf(path: KeyPath): URL | undefined {
    return this.baseOf(path) ?? this.#base;
  }

  /**
   * Returns the place of a value or of the nearest table around it. A missing
   * key has the place of the first source.
   */
  async place(path: KeyPath): Promise<Place | undefined> {
    const layer = this.#layerOf(path) ?? this.#layers[0];
    return await layer?.place(path);
  }

  /** Returns the ids in a table of tables, in the order of the sources. */
  async idsIn(key: string): Promise<string[]> {
    const table = this.merged[key];
    const ids = isTable(table) ? Object.keys(table) : [];
    // JavaScript keeps that order except for keys like "2", which it sorts to
    // the front.
    if (ids.length < 2 || !/^\d/.test(ids[0]!)) return ids;
    const mentions: [id: string, mention: readonly number[]][] = [];
    for (const id of ids) {
      mentions.push([id, await this.#firstMention([key, id])]);
    }
    mentions.sort(([, a], [, b]) => compare(a, b));
    return mentions.map(([id]) => id);
  }

  /** Returns the index of the layer, the line and the column. */
  async #firstMention(path: KeyPath): Promise<readonly number[]> {
    const index = this.#layers.findIndex((layer) =>
      layer.reach(path).length === path.length
    );
    const place = await this.#layers[index]?.place(path);
    return [index, place?.line ?? 0, place?.column ?? 0];
  }

  /**
   * Returns the layer of a key. A value belongs to the last layer that has it.
   * A table belongs to the first layer that has it, and so do keys that are
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

/** One source of a configuration. */
export class Layer {
  /** Name for messages. */
  readonly source: string;
  /** Content. */
  readonly table: Table;
  /** Base of relative specifiers. */
  readonly base: URL | undefined;
  readonly #text: string | undefined;
  #positions: KeyPositions | undefined;

  /** `text` is the TOML text of `table`, if it has one. */
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

  /** Returns the same source with another table. */
  withTable(table: Table): Layer {
    const { source, base } = this;
    const text = this.#text;
    return new Layer(source, table, { base, text });
  }

  /** Returns the place of a key or of the nearest table around it. */
  async place(path: KeyPath): Promise<Place> {
    const nowhere = {
      source: this.source,
      line: undefined,
      column: undefined,
    };
    if (this.#text === undefined) return nowhere;
    if (!this.#positions) {
      // Loaded on demand: only errors need positions.
      const { KeyPositions } = await import("./toml_positions.ts");
      this.#positions = new KeyPositions(this.#text);
    }
    const position = this.#positions.nearest(path);
    return position ? { source: this.source, ...position } : nowhere;
  }

  /**
   * Returns the number of keys of a path that exist here. `replaces` is true if
   * one of them is not a table, which hides lower layers.
   */
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
