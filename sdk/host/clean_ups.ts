/** What a module wants done when it has ended: the last first, each once. */
export class CleanUps {
  readonly #onFailure: (error: unknown) => void;
  readonly #waiting: (() => void | Promise<void>)[] = [];
  #running: Promise<void> | undefined;

  /** `onFailure` hears of each that throws; the others are done all the same. */
  constructor(onFailure: (error: unknown) => void) {
    this.#onFailure = onFailure;
  }

  /** Has it wait for `run`. What comes later than that is done at once. */
  add(cleanUp: () => void | Promise<void>): void {
    this.#waiting.push(cleanUp);
    if (this.#running) this.#running = this.#running.then(() => this.#run());
  }

  /** Resolves when all are done; never rejects. */
  run(): Promise<void> {
    return this.#running ??= this.#run();
  }

  async #run(): Promise<void> {
    for (let next; (next = this.#waiting.pop()) !== undefined;) {
      try {
        await next();
      } catch (error) {
        this.#onFailure(error);
      }
    }
  }
}
