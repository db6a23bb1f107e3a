import type { AsyncLocalStorage } from "node:async_hooks";

/** One task or handler of a module, while it works. */
export interface Work {
  /** The module's id. */
  readonly id: string;
  /** Whether it answers a request; else it is a task. */
  readonly handler: boolean;
}

/** Whose work calls: so that a handler may await `stop()` without being waited for itself. */
export class CurrentWork {
  #storage: AsyncLocalStorage<Work> | undefined;

  /** The work which the caller is part of. */
  get(): Work | undefined {
    return this.#storage?.getStore();
  }

  /** Does `body` as `work`. */
  run<T>(work: Work, body: () => T): T {
    return this.#storage ? this.#storage.run(work, body) : body();
  }

  /** Begins to remember. Not before the first messages are on their way: `node:async_hooks` takes 3 ms, a fifth of a start. */
  async load(): Promise<void> {
    const { AsyncLocalStorage } = await import("node:async_hooks");
    this.#storage ??= new AsyncLocalStorage();
  }
}
