import type { Handling } from "@caryatid/sdk";

/** One handling over several buses. It is ready when all of them are. */
export class MergedHandling implements Handling {
  readonly pattern: string;
  readonly ready: Promise<void>;
  readonly #handlings: readonly Handling[];

  constructor(pattern: string, handlings: readonly Handling[]) {
    this.pattern = pattern;
    this.#handlings = handlings;
    this.ready = Promise.all(handlings.map(({ ready }) => ready))
      .then(() => {});
    this.ready.catch(() => {}); // an unawaited rejection would end the program
  }

  get running(): number {
    return this.#handlings.reduce((total, { running }) => total + running, 0);
  }

  get closed(): boolean {
    return this.#handlings.every(({ closed }) => closed);
  }

  async close(): Promise<void> {
    await Promise.all(this.#handlings.map((handling) => handling.close()));
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.close();
  }
}
