/** Number of clients of both kinds. */
export class Clients {
  readonly #most: number;
  #count = 0;
  #onEmpty: (() => void) | undefined;

  /** Allows `most` clients at a time. */
  constructor(most: number) {
    this.#most = most;
  }

  /** Number of clients. */
  get count(): number {
    return this.#count;
  }

  /**
   * Adds a client. Returns a function that removes it, to be called once;
   * undefined if the maximum is reached.
   */
  enter(): (() => void) | undefined {
    if (this.#count === this.#most) return undefined;
    this.#count++;
    let inside = true;
    return () => {
      if (!inside) return;
      inside = false;
      if (--this.#count === 0) this.#onEmpty?.();
    };
  }

  /** Resolves when no client is connected. */
  empty(): Promise<void> {
    if (this.#count === 0) return Promise.resolve();
    return new Promise((resolve) => this.#onEmpty = resolve);
  }
}
