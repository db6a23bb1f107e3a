import type { AsyncLocalStorage } from "node:async_hooks";

/** A task or a handler of a module while it runs. */
export interface ActiveTask {
  /** Id of the module. */
  readonly id: string;
  /** True if it answers a request. */
  readonly handler: boolean;
}

/** Number of answers without a promise after which a handler is trusted. */
const TRUSTED = 64;

/**
 * Finds the task of the caller, so that `stop()` does not wait for
 * a handler that awaits it.
 */
export class ActiveTasks {
  #storage: AsyncLocalStorage<ActiveTask> | undefined;
  /** Task whose code is on the stack, if it is not in the storage. */
  #onStack: ActiveTask | undefined;

  /** Returns the task that the caller belongs to. */
  current(): ActiveTask | undefined {
    return this.#onStack ?? this.#storage?.getStore();
  }

  /**
   * Returns a function that runs the calls of one handler as part of `task`.
   *
   * A handler that has never returned a promise runs without the storage: each
   * run in it takes 2 µs, a twelfth of an HTTP request. Its first call that
   * returns one is not known after its first `await`.
   */
  handler(task: ActiveTask): <T>(body: () => T) => T {
    let answersAtOnce = 0;
    return (body) => {
      const storage = this.#storage;
      if (storage === undefined) return body();
      const result = answersAtOnce < TRUSTED
        ? storage.run(task, body)
        : this.#runOnStack(task, body);
      if (isThenable(result)) answersAtOnce = -Infinity;
      else answersAtOnce++;
      return result;
    };
  }

  /** Runs `body` as part of `task`. */
  run<T>(task: ActiveTask, body: () => T): T {
    return this.#storage ? this.#storage.run(task, body) : body();
  }

  #runOnStack<T>(task: ActiveTask, body: () => T): T {
    const before = this.#onStack;
    this.#onStack = task;
    try {
      return body();
    } finally {
      this.#onStack = before;
    }
  }

  /**
   * Starts to keep track. Call it after the first messages: loading
   * `node:async_hooks` takes 3 ms.
   */
  async load(): Promise<void> {
    const { AsyncLocalStorage } = await import("node:async_hooks");
    this.#storage ??= new AsyncLocalStorage();
  }
}

function isThenable(value: unknown): boolean {
  return typeof value === "object" && value !== null && "then" in value;
}
