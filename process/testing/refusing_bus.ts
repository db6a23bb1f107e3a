import type { CaryatidError, MessageBus } from "@caryatid/sdk";
import { InMemoryBus } from "../buses/in_memory.ts";

/** A bus that takes nothing, for tests of what stands in front of it. */
export class RefusingBus extends InMemoryBus implements MessageBus {
  readonly #error: CaryatidError;

  constructor(error: CaryatidError) {
    super();
    this.#error = error;
  }

  override publish(): Promise<void> {
    return Promise.reject(this.#error);
  }
}
