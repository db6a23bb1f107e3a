/** Lets what bears the same name happen one after the other. */
export class KeyedMutex {
  readonly #last = new Map<string, Promise<void>>();

  /**
   * Does `work` when all that came before under this name is over. Rejects as
   * that does; the next ones take their turn all the same.
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
