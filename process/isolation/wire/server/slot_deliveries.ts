import type { Delivery } from "@caryatid/sdk";
import type { UnreadBudget } from "./unread_budget.ts";

interface Held {
  readonly delivery: Delivery;
  readonly bytes: number;
}

/**
 * Deliveries that a client handles and acknowledges later, by the slot of their
 * loop. They are charged to the budget of the client.
 */
export class SlotDeliveries {
  readonly #held = new Map<number, Held>();
  readonly #unread: UnreadBudget;

  /** Charges `unread`, which others may share. */
  constructor(unread: UnreadBudget) {
    this.#unread = unread;
  }

  /** Number of deliveries. */
  get size(): number {
    return this.#held.size;
  }

  /** Returns the delivery of a slot. */
  get(slot: number): Delivery | undefined {
    return this.#held.get(slot)?.delivery;
  }

  /** Returns the slots that have a delivery. */
  slots(): Iterable<number> {
    return this.#held.keys();
  }

  /** Replaces the delivery of a slot. */
  hold(slot: number, delivery: Delivery): void {
    this.release(slot);
    const bytes = this.#unread.sent.take(delivery);
    this.#held.set(slot, { delivery, bytes });
  }

  /** Removes the delivery of a slot, if there is one. */
  release(slot: number): void {
    const held = this.#held.get(slot);
    if (!held) return;
    this.#held.delete(slot);
    this.#unread.sent.release(held.bytes);
  }
}
