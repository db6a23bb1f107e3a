/** Lets what bears the same name happen one after the other. */
export class Turns {
  readonly #last = new Map<string, Promise<void>>();

  /** Does `work` when all that came before under this name is over. Rejects as that does; the next ones take their turn all the same. */
  async take(name: string, work: () => Promise<void>): Promise<void> {
    const before = this.#last.get(name);
    const mine = (async () => {
      await before?.catch(() => {}); // told to whom it concerns
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
