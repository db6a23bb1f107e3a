import type { Delivery } from "@caryatid/sdk";
import type { Message } from "amqplib";
import type { RabbitDelivery } from "./delivery.ts";

/**
 * A place in the queue of a subscription for one suspect. The message is
 * fetched when a loop takes the place, so that every delivery of a suspect is a
 * start.
 */
export class SuspectPlace implements Delivery {
  /** The suspect, once it is fetched. */
  delivery: RabbitDelivery | undefined;

  get topic(): string {
    return this.delivery?.topic ?? "";
  }

  get message(): unknown {
    return this.delivery?.message;
  }

  get id(): string {
    return this.delivery?.id ?? "";
  }

  get headers(): Readonly<Record<string, string>> {
    return this.delivery?.headers ?? {};
  }

  get time(): number {
    return this.delivery?.time ?? 0;
  }

  get redelivered(): boolean {
    return true;
  }
}

/**
 * Returns the delivery of the broker behind a delivery of this bus; undefined
 * for a place without a suspect.
 */
export function brokerDelivery(delivery: Delivery): RabbitDelivery | undefined {
  return delivery instanceof SuspectPlace
    ? delivery.delivery
    : delivery as RabbitDelivery;
}

/** Returns the message of the broker behind a delivery of this bus. */
export function sourceOf(delivery: Delivery): Message | undefined {
  return brokerDelivery(delivery)?.source;
}

/**
 * Counts the places of one subscription, so that there is at most one for each
 * suspect.
 */
export class SuspectPlaces {
  readonly #most: number;
  readonly #add: (place: SuspectPlace) => void;
  #waiting = 0;

  /**
   * `add` puts a place into the queue of the subscription, which has room for
   * `most`.
   */
  constructor(most: number, add: (place: SuspectPlace) => void) {
    this.#most = most;
    this.#add = add;
  }

  /**
   * Adds places for `count` suspects in the suspect queue, as far as there is
   * room.
   */
  fill(count: number): void {
    const wanted = Math.min(count, this.#most);
    while (this.#waiting < wanted) {
      this.#waiting++;
      this.#add(new SuspectPlace());
    }
  }

  /** A loop has taken a place. */
  taken(): void {
    if (this.#waiting > 0) this.#waiting--;
  }

  /** The connection is lost. Drops the places. */
  clear(): void {
    this.#waiting = 0;
  }
}
