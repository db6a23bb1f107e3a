import type { Gap } from "./live_message.ts";

/**
 * One place in a feed: a message as JSON text, or the gap in its place.
 */
export type Entry = { readonly json: string } | { readonly gap: Gap };

/**
 * The last entries of a feed, numbered from 1, bounded by their number and the
 * length of their text.
 */
export class History {
  /** Entry n is at n modulo their number, which grows up to the bound. */
  readonly #slots: (Entry | undefined)[] = [];
  readonly #count: number;
  readonly #size: number;
  #held = 0;
  #first = 1;
  #last = 0;

  /**
   * Keeps at most `count` entries, and `size` characters, but always the last
   * one.
   */
  constructor(count: number, size: number) {
    this.#count = count;
    this.#size = size;
  }

  /**
   * Number of the oldest entry; `last + 1` if the history is empty.
   */
  get first(): number {
    return this.#first;
  }

  /** Number of the newest entry; 0 before the first one. */
  get last(): number {
    return this.#last;
  }

  /** Adds an entry, and forgets the oldest ones beyond the limits. */
  push(entry: Entry): void {
    if (this.#last - this.#first + 1 === this.#count) this.#forget();
    this.#slots[++this.#last % this.#count] = entry;
    this.#held += length(entry);
    while (this.#held > this.#size && this.#first < this.#last) this.#forget();
  }

  /** The entry of that number, which must be from `first` to `last`. */
  at(number: number): Entry {
    return this.#slots[number % this.#count]!;
  }

  #forget(): void {
    const oldest = this.#first++ % this.#count;
    this.#held -= length(this.#slots[oldest]!);
    this.#slots[oldest] = undefined;
  }
}

function length(entry: Entry): number {
  return "json" in entry ? entry.json.length : 0;
}
