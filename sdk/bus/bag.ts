/** What can be in one {@linkcode Bag} at a time. */
export interface Bagged {
  /** Where it stands in there; the bag's own. */
  place: number;
}

/**
 * What goes on right now, in no order.
 *
 * A `Set` whose members soon leave is rebuilt every few of them, and V8 links each of its tables to the next: once a dead one is
 * old, those that follow are kept with all they held, until the next full collection.
 *
 * @example
 * ```ts
 * import { Bag } from "@caryatid/sdk/bus";
 * import assert from "node:assert/strict";
 *
 * const going = new Bag<{ place: number; name: string }>();
 * const one = { place: -1, name: "one" };
 * going.add(one);
 * assert.equal(going.size, 1);
 * assert(going.delete(one));
 * assert(!going.delete(one));
 * ```
 */
export class Bag<T extends Bagged> implements Iterable<T> {
  readonly #all: T[] = [];

  /** How many are in it. */
  get size(): number {
    return this.#all.length;
  }

  /** Puts in what is in none. */
  add(one: T): void {
    one.place = this.#all.push(one) - 1;
  }

  /** Takes out; says whether it was in there. */
  delete(one: T): boolean {
    if (this.#all[one.place] !== one) return false;
    const last = this.#all.pop()!;
    if (last !== one) {
      this.#all[one.place] = last;
      last.place = one.place;
    }
    one.place = -1;
    return true;
  }

  /** Those that are in it now, whatever happens to them meanwhile. */
  [Symbol.iterator](): Iterator<T> {
    return [...this.#all].values();
  }
}
