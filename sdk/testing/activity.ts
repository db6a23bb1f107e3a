import { AsyncLocalStorage } from "node:async_hooks";
import { yieldTwice } from "../bus/event_loop.ts";

/** Running task or handler. */
interface Work {
  readonly name: string;
  /** Number of waits that only the test can end. */
  waits: number;
  /** Description of its last wait. */
  last: string | undefined;
}

/**
 * Distinguishes the tasks and handlers of a module that are busy from those
 * that only wait for something that a test controls: a delivery, an answer,
 * room in a queue, or the virtual clock.
 *
 * Each wait is recorded for its task, across `await`. Counting tasks and loops
 * would let a task with two loops hide a busy one.
 */
export class Activity {
  readonly #storage = new AsyncLocalStorage<Work>();
  readonly #works = new Set<Work>();
  readonly #watchers = new Set<() => void>();
  #changes = 0;

  /**
   * Runs `body` as one piece of work. It lasts until a returned promise
   * settles.
   */
  run<T>(name: string, body: () => T): T {
    const work: Work = { name, waits: 0, last: undefined };
    const end = () => {
      this.#works.delete(work);
      this.#changed();
    };
    this.#works.add(work);
    this.#changed();
    let result: T;
    try {
      result = this.#storage.run(work, body);
    } catch (error) {
      end();
      throw error;
    }
    // not any thenable: a lazy one would run twice
    if (result instanceof Promise) result.then(end, end);
    else end();
    return result;
  }

  /**
   * Settles as `promise` does. Records it as a wait of the caller's work.
   */
  wait<T>(what: string, promise: Promise<T>): Promise<T> {
    const work = this.#storage.getStore();
    if (work) {
      work.waits++;
      work.last = what;
    }
    const end = () => {
      if (work) work.waits--;
      this.#changed();
    };
    this.#changed();
    // an unhandled rejection stays unhandled
    return promise.finally(end);
  }

  /** Number of running tasks and handlers. */
  get size(): number {
    return this.#works.size;
  }

  /** Resolves when no work is running, or at the deadline. */
  async ended(deadline: number): Promise<void> {
    while (this.size > 0 && performance.now() < deadline) {
      await this.#change(deadline);
    }
  }

  /**
   * Resolves when all work except for `most` waits, and nothing has changed for
   * two turns of the event loop. Resolves with undefined, or at the deadline
   * with a list of the busy work.
   *
   * @param deadline in milliseconds of `performance.now()`
   */
  async settled(most: number, deadline: number): Promise<string | undefined> {
    for (;;) {
      while (this.#busy.length > most && performance.now() < deadline) {
        await this.#change(deadline);
      }
      const changes = this.#changes;
      await yieldTwice();
      if (changes === this.#changes && this.#busy.length <= most) {
        return undefined;
      }
      if (performance.now() >= deadline) return this.describe();
    }
  }

  /** Names the busy work; all work if everything waits. */
  describe(): string {
    const works = this.#busy.length > 0 ? this.#busy : [...this.#works];
    const names = works.map(({ name, last }) =>
      last === undefined ? name : `${name}, after ${last}`
    );
    return [...new Set(names)].join("; ") || "messages still flow";
  }

  get #busy(): Work[] {
    return [...this.#works].filter(({ waits }) => waits === 0);
  }

  #changed(): void {
    this.#changes++;
    for (const notify of this.#watchers) notify();
    this.#watchers.clear();
  }

  /** Resolves at the next change, or at the deadline. */
  #change(deadline: number): Promise<void> {
    return new Promise((resolve) => {
      const timer = setTimeout(resolve, deadline - performance.now());
      this.#watchers.add(() => {
        clearTimeout(timer);
        resolve();
      });
    });
  }
}
