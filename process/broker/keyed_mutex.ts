/** Runs tasks with the same name one after the other. */
export class KeyedMutex {
  readonly #last = new Map<string, Promise<void>>();

  /**
   * Runs `work` when all earlier tasks of this name have ended. Rejects if
   * `work` rejects; later tasks still run.
   */
  async take(name: string, work: () => Promise<void>): Promise<void> {
    const before = this.#last.get(name);
    const mine = (async () => {
      await before?.catch(() => {}); // reported to its own caller
      await work();
    })();
    this.#last.set(name, mine);
    try {
      await mine;
    } finally {
      if (this.#last.get(name) === mine) this.#last.delete(name);
    }
  }
}
