import { AsyncLocalStorage } from "node:async_hooks";
import { twoTurns } from "./two_turns.ts";

/** One task or one handler at work. */
interface Work {
  readonly name: string;
  /** How many things it waits for that only the test can bring about. */
  waits: number;
  /** What it waited for the last time. */
  last: string | undefined;
}

/**
 * Knows which tasks and handlers of a module do something of their own, and which only wait for what a test controls: a
 * delivery, an answer, room in a queue, the virtual clock.
 *
 * Waits are booked on whoever waits, across `await`: counting tasks and loops would let a task with two loops hide a busy one.
 */
export class Activity {
  readonly #storage = new AsyncLocalStorage<Work>();
  readonly #works = new Set<Work>();
  readonly #watchers = new Set<() => void>();
  #changes = 0;

  /** Does `body` as one piece of work, which lasts as long as the promise that it may give. */
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
    if (result instanceof Promise) result.then(end, end); // not any thenable: a lazy one would run twice
    else end();
    return result;
  }

  /** The outcome of `promise`, booked as something that the caller's work waits for. */
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
    return promise.finally(end); // so that nobody's rejection counts as handled by this
  }

  /** How much work has begun and not ended. */
  get size(): number {
    return this.#works.size;
  }

  /** Resolves when no work has begun that has not ended, or at the deadline. */
  async ended(deadline: number): Promise<void> {
    while (this.size > 0 && performance.now() < deadline) {
      await this.#change(deadline);
    }
  }

  /**
   * Resolves when all work but `most` waits, and nothing has changed for two turns of the event loop: with undefined, or at the
   * deadline with a list of who is busy.
   *
   * @param deadline in milliseconds of `performance.now()`
   */
  async settled(most: number, deadline: number): Promise<string | undefined> {
    for (;;) {
      while (this.#busy.length > most && performance.now() < deadline) {
        await this.#change(deadline);
      }
      const changes = this.#changes;
      await twoTurns();
      if (changes === this.#changes && this.#busy.length <= most) {
        return undefined;
      }
      if (performance.now() >= deadline) return this.describe();
    }
  }

  /** Names those who are busy, or, where all wait for one another, all. */
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
    for (const tell of this.#watchers) tell();
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
