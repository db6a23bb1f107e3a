/**
 * Tasks of a module, from `begin` until they have ended.
 */
export class Tasks {
  readonly #onFailure: (error: unknown) => void;
  readonly #around: <T>(work: () => T) => T;
  #waiting: (() => Promise<void>)[] | undefined = [];
  #running = 0;
  #ended: Promise<void> | undefined;
  #end: (() => void) | undefined;

  /** Calls each task by `around`, and `onFailure` for each task that throws. */
  constructor(
    onFailure: (error: unknown) => void,
    around: <T>(work: () => T) => T,
  ) {
    this.#onFailure = onFailure;
    this.#around = around;
  }

  /** Number of tasks that have begun and not ended. */
  get running(): number {
    return this.#running;
  }

  /** Runs `task`, after `begin` was called. */
  add(task: () => Promise<void>): void {
    if (this.#waiting) this.#waiting.push(task);
    else this.#run(task);
  }

  /** Runs all tasks added so far. Later ones run at once. */
  begin(): void {
    const tasks = this.#waiting ?? [];
    this.#waiting = undefined;
    for (const task of tasks) this.#run(task);
  }

  /** Forgets tasks that have not begun. */
  cancel(): void {
    this.#waiting = [];
  }

  /** Resolves when no task is running. */
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

/** Clean-ups of a module: the last first, each once. */
export class CleanUps {
  readonly #onFailure: (error: unknown) => void;
  readonly #waiting: (() => void | Promise<void>)[] = [];
  #running: Promise<void> | undefined;

  /**
   * Calls `onFailure` for each that throws. The others still run.
   */
  constructor(onFailure: (error: unknown) => void) {
    this.#onFailure = onFailure;
  }

  /** Adds a clean-up for `run`. After `run`, it is called at once. */
  add(cleanUp: () => void | Promise<void>): void {
    this.#waiting.push(cleanUp);
    if (this.#running) this.#running = this.#running.then(() => this.#run());
  }

  /** Calls all. Resolves when they have ended; never rejects. */
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

/** Subscription or handling of a module. */
interface OpenResource {
  readonly ready: Promise<void>;
  readonly closed: boolean;
  close(): Promise<void>;
}

/**
 * Open resources of one kind. It stays small, however often the module opens
 * and closes one.
 */
export class OpenResources<T extends OpenResource> {
  #held = new Set<T>();
  #sweepAt = 32;

  /**
   * Adds one. Forgets the closed ones once their number may have doubled.
   */
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

  /** Iterates over those that may still be open. */
  [Symbol.iterator](): Iterator<T> {
    return this.#held.values();
  }

  /** Resolves when all are ready. Rejects with the first failure. */
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
