import type { Delivery } from "@caryatid/sdk";
import { DerivedDelivery } from "@caryatid/sdk/bus";
import { BudgetedRing } from "@caryatid/sdk/internal/bus";
import { violation } from "../protocol_errors.ts";
import type { UnreadBudget } from "./unread_budget.ts";

/**
 * Deliveries that were sent to a client ahead of its demand, and that the
 * client has not reported as begun.
 */
export class DeliveriesAhead {
  readonly #deliveries: BudgetedRing;
  /** Number of reports about deliveries that were taken. */
  #taken = 0;

  /** Charges the part of `unread` that was sent. */
  constructor(unread: UnreadBudget) {
    this.#deliveries = new BudgetedRing(unread.sent);
  }

  /** Number of deliveries. */
  get length(): number {
    return this.#deliveries.length;
  }

  /** Adds a delivery, as a successor of the client would receive it. */
  push(delivery: Delivery): void {
    this.#deliveries.push(
      new DerivedDelivery(delivery, delivery.message, true),
    );
  }

  /**
   * Removes the first `count` deliveries, which the client has begun. Returns
   * the number of them that were not taken before.
   *
   * @throws {CaryatidError} `PROTOCOL_VIOLATION` if fewer were sent
   */
  begin(count: number): number {
    if (count > this.length + this.#taken) {
      throw violation(`${count} begun deliveries, more than were sent`);
    }
    const begun = Math.min(count, this.length);
    for (let i = 0; i < begun; i++) this.#deliveries.shift();
    this.#taken -= count - begun;
    return begun;
  }

  /** Moves all deliveries to `ring`. The client may still begin them. */
  moveTo(ring: BudgetedRing): void {
    this.#taken += this.length;
    for (let one; (one = this.#deliveries.shift());) ring.push(one);
  }

  /** Removes all deliveries. */
  clear(): void {
    this.#deliveries.clear();
  }
}
