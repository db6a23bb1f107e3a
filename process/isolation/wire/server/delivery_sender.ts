import type { Delivery } from "@caryatid/sdk";
import { FROM_HOST } from "../frames.ts";
import type { Outbox } from "../outbox.ts";

/** Options of {@linkcode DeliverySender}. */
export interface DeliverySenderOptions {
  /** Id that the client gave its subscription. */
  readonly id: number;
  readonly outbox: Outbox;
  /** Called with the topic of a delivery that cannot be encoded. */
  readonly onUnsendable: (topic: string, error: unknown) => void;
}

/** Sends the deliveries of one subscription to its client. */
export class DeliverySender {
  /** Number of deliveries that could not be sent. */
  dropped = 0;
  readonly #options: DeliverySenderOptions;

  /** Sends nothing yet. */
  constructor(options: DeliverySenderOptions) {
    this.#options = options;
  }

  /** Sends a delivery. Returns false if it was dropped instead. */
  send(delivery: Delivery, slot: number): boolean {
    const { id, outbox, onUnsendable } = this.#options;
    const { topic, headers, time, redelivered, message } = delivery;
    try {
      outbox.add([
        FROM_HOST.deliver,
        id,
        slot,
        topic,
        delivery.id,
        hasKeys(headers) ? headers : null,
        time,
        redelivered,
        message,
      ]);
      return true;
    } catch (error) {
      this.dropped++;
      onUnsendable(topic, error);
      return false;
    }
  }
}

function hasKeys(object: object): boolean {
  for (const _ in object) return true;
  return false;
}
