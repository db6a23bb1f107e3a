import type { Delivery, RequestDelivery } from "@caryatid/sdk";

const NO_HEADERS: Readonly<Record<string, string>> = Object.freeze({});

/** What came over the bridge, in the order of its frame. */
export class BridgeDelivery implements Delivery {
  readonly topic: string;
  readonly message: unknown;
  readonly id: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly time: number;
  readonly redelivered: boolean;
  /** Which of the deliveries in hand it is; of those sent ahead, whether the host is to know when it begins. */
  readonly slot: number;

  /** Of a `deliver` or `ask` frame: both have the same from the third item on. */
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

/** A request that came over the bridge. Its signal is only made when asked for. */
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

  /** Nobody waits for the answer any more. */
  abandon(reason: unknown): void {
    this.#reason = reason;
    this.#controller?.abort(reason);
  }
}
