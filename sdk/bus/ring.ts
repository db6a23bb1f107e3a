/**
 * A first-in first-out queue that grows as needed. `Array.shift()` costs 4–30 × as much with 1,000 waiting, 800 × with
 * 100,000.
 *
 * @example
 * ```ts
 * import { Ring } from "@caryatid/sdk/bus";
 * import assert from "node:assert/strict";
 *
 * const ring = new Ring<string>();
 * ring.push("b");
 * ring.push("c");
 * ring.unshift("a");
 * assert.equal(ring.shift(), "a");
 * assert.equal(ring.length, 2);
 * ```
 */
export class Ring<T> {
  #slots: (T | undefined)[] = new Array(16);
  #head = 0;
  #length = 0;

  /** How many are in it. */
  get length(): number {
    return this.#length;
  }

  /** Adds at the end. */
  push(value: T): void {
    if (this.#length === this.#slots.length) this.#grow();
    this.#slots[(this.#head + this.#length++) & (this.#slots.length - 1)] =
      value;
  }

  /** Adds at the front. */
  unshift(value: T): void {
    if (this.#length === this.#slots.length) this.#grow();
    this.#head = (this.#head - 1) & (this.#slots.length - 1);
    this.#slots[this.#head] = value;
    this.#length++;
  }

  /** Takes from the front; undefined where there is none. */
  shift(): T | undefined {
    if (this.#length === 0) return undefined;
    const value = this.#slots[this.#head];
    this.#slots[this.#head] = undefined;
    this.#head = (this.#head + 1) & (this.#slots.length - 1);
    if (--this.#length === 0 && this.#slots.length > 1024) this.clear();
    return value;
  }

  /** Takes out whatever `unwanted` holds for, in one pass. */
  remove(unwanted: (value: T) => boolean): void {
    const kept = new Ring<T>();
    for (let value = this.shift(); value !== undefined; value = this.shift()) {
      if (!unwanted(value)) kept.push(value);
    }
    this.#slots = kept.#slots;
    this.#head = kept.#head;
    this.#length = kept.#length;
  }

  /** Forgets all. */
  clear(): void {
    this.#slots = new Array(16);
    this.#head = this.#length = 0;
  }

  #grow(): void {
    const slots = new Array<T | undefined>(this.#slots.length * 2);
    for (let i = 0; i < this.#length; i++) {
      slots[i] = this.#slots[(this.#head + i) & (this.#slots.length - 1)];
    }
    this.#slots = slots;
    this.#head = 0;
  }
}
