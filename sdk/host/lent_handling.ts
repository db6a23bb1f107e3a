import type { Handling } from "../message_bus.ts";
import type { Life } from "./life.ts";

/** A handling as the code of a module has it that may be swapped: once its life is over, it can't close it any more. */
export class LentHandling implements Handling {
  readonly pattern: string;
  readonly ready: Promise<void>;
  readonly #kept: Handling;
  readonly #life: Life;

  /** Lends `kept` to the code of this life. */
  constructor(kept: Handling, life: Life) {
    this.pattern = kept.pattern;
    this.ready = kept.ready;
    this.#kept = kept;
    this.#life = life;
  }

  get running(): number {
    return this.#kept.running;
  }

  get closed(): boolean {
    return this.#life.over || this.#kept.closed;
  }

  close(): Promise<void> {
    return this.#life.over ? Promise.resolve() : this.#kept.close();
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.close();
  }
}
