import type { Delivery, RequestDelivery } from "@caryatid/sdk";

const NO_HEADERS: Readonly<Record<string, string>> = Object.freeze({});

/** A delivery that came over the bridge, in the order of its frame. */
export class BridgeDelivery implements Delivery {
  readonly topic: string;
  readonly message: unknown;
  readonly id: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly time: number;
  readonly redelivered: boolean;
  /**
   * Slot of a delivery in flight. Without slots: 0 if the host sent it to a
   * waiting loop, else 1.
   */
  readonly slot: number;

  /**
   * Reads a `deliver` or `ask` frame, which have the same items from the third
   * on.
   */
  constructor(items: readonly unknown[]) {
    this.slot = items[2] as number;
    this.topic = items[3] as string;
    this.id = items[4] as string;
    this.headers = items[5] as Record<string, string> ?? NO_HEADERS;
    this.time = items[6] as number;
    this.redelivered = items[7] as boolean;
    this.message = items[8];
  }
}

/** A request that came over the bridge. Its signal is created on first use. */
export class BridgeRequest extends BridgeDelivery implements RequestDelivery {
  #controller: AbortController | undefined;
  #reason: unknown;

  get signal(): AbortSignal {
    if (this.#controller === undefined) {
      this.#controller = new AbortController();
      if (this.#reason) this.#controller.abort(this.#reason);
    }
    return this.#controller.signal;
  }

  /** Aborts the signal: the requester no longer waits. */
  abandon(reason: unknown): void {
    this.#reason = reason;
    this.#controller?.abort(reason);
  }
}
