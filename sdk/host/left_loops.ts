import type { Delivery } from "../message_bus.ts";

/** What a module failed with. */
export interface Failure {
  readonly error: unknown;
}

/** A loop that was left, and what it had in hand. */
export interface LeftLoop {
  /** In a group. */
  readonly own: AsyncIterator<Delivery> | undefined;
  readonly inHand: Delivery | undefined;
  /** Why, if whoever steps it by hand has told. */
  readonly failure: Failure | undefined;
}

/** Loops that were left just now: it isn't known yet whether their module failed. */
export class LeftLoops {
  #loops: LeftLoop[] = [];
  #failure: Failure | undefined;

  /** Whether there are any. */
  get any(): boolean {
    return this.#loops.length > 0;
  }

  /** Whether the module failed. */
  get failed(): boolean {
    return this.#failure !== undefined;
  }

  /** One more. */
  add(loop: LeftLoop): void {
    this.#loops.push(loop);
  }

  /** The module failed; the first error counts. */
  blame(error: unknown): void {
    this.#failure ??= { error };
  }

  /** The module lives again. */
  pardon(): void {
    this.#failure = undefined;
  }

  /** Nobody is to hear of those there are. */
  forget(): void {
    this.#loops = [];
  }

  /** Tells why they were left: the bus, of members of a group, else `retry`, of what they had in hand. */
  async tell(
    retry: (delivery: Delivery, error: unknown) => void,
  ): Promise<void> {
    const left = this.#loops;
    this.#loops = [];
    for (const { own, inHand, failure = this.#failure } of left) {
      if (own?.throw && failure) await own.throw(failure.error);
      else if (own) await own.return?.();
      else if (inHand) retry(inHand, failure?.error);
    }
  }
}
