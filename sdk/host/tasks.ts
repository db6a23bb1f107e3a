/** What a module runs: begun when the process says so, watched until it has ended. */
export class Tasks {
  readonly #onFailure: (error: unknown) => void;
  readonly #around: <T>(work: () => T) => T;
  #waiting: (() => Promise<void>)[] | undefined = [];
  #running = 0;
  #ended: Promise<void> | undefined;
  #end: (() => void) | undefined;

  /** `onFailure` hears of each task that throws; `around` calls each. */
  constructor(
    onFailure: (error: unknown) => void,
    around: <T>(work: () => T) => T,
  ) {
    this.#onFailure = onFailure;
    this.#around = around;
  }

  /** Tasks that have begun and not ended. */
  get running(): number {
    return this.#running;
  }

  /** Runs `task`, or has it wait for `begin`. */
  add(task: () => Promise<void>): void {
    if (this.#waiting) this.#waiting.push(task);
    else this.#run(task);
  }

  /** Begins what waits; what is added later begins at once. */
  begin(): void {
    const tasks = this.#waiting ?? [];
    this.#waiting = undefined;
    for (const task of tasks) this.#run(task);
  }

  /** Forgets what has not begun. */
  cancel(): void {
    this.#waiting = [];
  }

  /** Resolves when no task runs. */
  ended(): Promise<void> {
    if (this.#running === 0) return Promise.resolve();
    return this.#ended ??= new Promise((resolve) => this.#end = resolve);
  }

  async #run(task: () => Promise<void>): Promise<void> {
    this.#running++;
    try {
      await this.#around(task);
    } catch (error) {
      this.#onFailure(error);
    } finally {
      if (--this.#running === 0) {
        this.#end?.();
        this.#ended = this.#end = undefined;
      }
    }
  }
}
