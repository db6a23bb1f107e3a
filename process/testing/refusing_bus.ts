import type { CaryatidError, MessageBus } from "@caryatid/sdk";
import { InMemoryBus } from "@caryatid/sdk/bus";

/** Bus that rejects every call, for tests of the layers around it. */
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
