/** Calls that have not come back. */
export class Waits {
  /** A Set keeps the order in which they began. */
  readonly #begun = new Set<{ readonly since: number }>();

  /** How many there are. */
  get size(): number {
    return this.#begun.size;
  }

  /** How long the first of them has waited, in milliseconds; undefined where none waits. */
  longest(now: number): number | undefined {
    for (const { since } of this.#begun) return Math.max(0, now - since);
    return undefined;
  }

  /** Waits for `call`, which began at `since`. */
  async until<T>(call: Promise<T>, since: number): Promise<T> {
    const wait = { since };
    this.#begun.add(wait);
    try {
      return await call;
    } finally {
      this.#begun.delete(wait);
    }
  }
}
