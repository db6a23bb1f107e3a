import type { AsyncLocalStorage } from "node:async_hooks";

/** One task or handler of a module, while it works. */
export interface Work {
  /** The module's id. */
  readonly id: string;
  /** Whether it answers a request; else it is a task. */
  readonly handler: boolean;
}

/**
 * Whose work calls: so that a handler may await `stop()` without being waited for itself.
 *
 * `node:async_hooks` takes 3 ms to load, a quarter of a start, so it is only loaded for the first handler.
 */
export class CurrentWork {
  #storage: AsyncLocalStorage<Work> | undefined;

  /** The work which the caller is part of. */
  get(): Work | undefined {
    return this.#storage?.getStore();
  }

  /** Does `body` as `work`. */
  run<T>(work: Work, body: () => T): T {
    if (work.handler) this.#storage ??= makeStorage();
    return this.#storage ? this.#storage.run(work, body) : body();
  }
}

function makeStorage(): AsyncLocalStorage<Work> {
  const { AsyncLocalStorage } = globalThis.process.getBuiltinModule(
    "node:async_hooks",
  );
  return new AsyncLocalStorage();
}
