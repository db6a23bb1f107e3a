import type { KeyPath } from "./key_path.ts";
import type { Layer } from "./layer.ts";
import type { Place } from "./process_config.ts";
import { emptyTable, mergeInto, type Table } from "./tables.ts";

/** The sources of a configuration, later ones over earlier ones. */
export class Layers {
  /** All of them in one: tables merge, all else is replaced. */
  readonly merged: Table = emptyTable();
  readonly #layers: Layer[] = [];

  /** Lays one over those that are there. */
  add(layer: Layer): void {
    this.#layers.push(layer);
    mergeInto(this.merged, layer.table);
  }

  /** What a relative specifier that stands at this key is relative to. */
  baseOf(path: KeyPath): URL | undefined {
    return this.#layerOf(path)?.base;
  }

  /** Where the value of a key was said, or the nearest table around it. */
  async place(path: KeyPath): Promise<Place | undefined> {
    const only = this.#layers.length === 1 ? this.#layers[0] : undefined;
    return await (this.#layerOf(path) ?? only)?.place(path);
  }

  /** Where a key is mentioned first: the number of its layer, its line and column. */
  async firstMention(path: KeyPath): Promise<readonly number[]> {
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
