/** What a module has opened on the bus. */
interface Holding {
  readonly ready: Promise<void>;
  readonly closed: boolean;
  close(): Promise<void>;
}

/** Everything of one kind that a module holds open, however often it opens and closes. */
export class Holdings<T extends Holding> {
  #held = new Set<T>();
  #sweepAt = 32;

  /** Adds one, and forgets those which were closed when there are twice as many as the last time. */
  add(holding: T): T {
    if (this.#held.size >= this.#sweepAt) {
      for (const old of this.#held) if (old.closed) this.#held.delete(old);
      this.#sweepAt = Math.max(32, this.#held.size * 2);
    }
    this.#held.add(holding);
    return holding;
  }

  /** Forgets one without closing it. */
  delete(holding: T): void {
    this.#held.delete(holding);
  }

  /** Those which may still be open. */
  [Symbol.iterator](): Iterator<T> {
    return this.#held.values();
  }

  /** Resolves when all are ready; rejects with the first one's reason. */
  async ready(): Promise<void> {
    for (const holding of this.#held) await holding.ready;
  }

  /** Closes all. */
  async close(): Promise<void> {
    const held = [...this.#held];
    this.#held.clear();
    await Promise.all(held.map((holding) => holding.close()));
  }
}
