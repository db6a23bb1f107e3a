import { SIGNALS } from "../pass_on_signals.ts";

/** Whether a signal asks for the end. */
export class Interrupt implements Disposable {
  /** Resolves when one does. */
  readonly promise: Promise<void>;
  #fired = false;
  readonly #handler: () => void;

  /** From now on. */
  constructor() {
    const { promise, resolve } = Promise.withResolvers<void>();
    this.promise = promise;
    this.#handler = () => {
      this.#fired = true;
      resolve();
    };
    for (const signal of SIGNALS) Deno.addSignalListener(signal, this.#handler);
  }

  /** Whether one has asked. */
  get fired(): boolean {
    return this.#fired;
  }

  /** Signals mean again what they mean elsewhere. */
  [Symbol.dispose](): void {
    for (const signal of SIGNALS) {
      Deno.removeSignalListener(signal, this.#handler);
    }
  }
}
