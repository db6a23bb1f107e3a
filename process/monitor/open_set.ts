/** What is open on the bus; what was closed is forgotten, however it came to be closed. */
export class OpenSet<T extends { readonly closed: boolean }> {
  readonly #all = new Set<T>();
  readonly #forget: (gone: T) => void;
  #sweepAt = 32;

  /** `forget` hears of each that was closed. */
  constructor(forget: (gone: T) => void = () => {}) {
    this.#forget = forget;
  }

  /** Adds one; when there are twice as many as after the last time, those which were closed go. */
  add(one: T): T {
    if (this.#all.size >= this.#sweepAt) {
      this.#sweep();
      this.#sweepAt = Math.max(32, this.#all.size * 2);
    }
    this.#all.add(one);
    return one;
  }

  /** Those which are open. */
  [Symbol.iterator](): Iterator<T> {
    this.#sweep();
    return this.#all.values();
  }

  #sweep(): void {
    for (const one of this.#all) {
      if (!one.closed) continue;
      this.#all.delete(one);
      this.#forget(one);
    }
  }
}
