import { abortedError } from "@caryatid/sdk/bus";
import type { CaryatidError } from "@caryatid/sdk";

/** A publish or request on its way over the bridge, until it is settled. */
export class Pending<T> {
  readonly promise: Promise<T>;
  #resolve!: (value: T) => void;
  #reject!: (error: CaryatidError) => void;
  #signal: AbortSignal | undefined;
  #abort: (() => void) | undefined;

  constructor() {
    this.promise = new Promise((resolve, reject) => {
      this.#resolve = resolve;
      this.#reject = reject;
    });
  }

  /** Rejects with `ABORTED` when `signal` fires, and calls `tell`. */
  watch(signal: AbortSignal, what: string, tell: () => void): void {
    this.#signal = signal;
    this.#abort = () => {
      tell();
      this.reject(abortedError(what, signal));
    };
    signal.addEventListener("abort", this.#abort, { once: true });
  }

  /** It was accepted, or answered. */
  resolve(value: T): void {
    this.#release();
    this.#resolve(value);
  }

  /** It was refused. */
  reject(error: CaryatidError): void {
    this.#release();
    this.#reject(error);
  }

  #release(): void {
    if (this.#abort) this.#signal?.removeEventListener("abort", this.#abort);
  }
}
