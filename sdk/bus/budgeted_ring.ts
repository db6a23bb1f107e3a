import type { Delivery } from "../delivery.ts";
import type { ByteBudget } from "../subscription.ts";
import { Ring } from "./collections.ts";

/** Queued deliveries, first in first out. */
export type DeliveryRing = Pick<
  Ring<Delivery>,
  "length" | "push" | "unshift" | "shift" | "clear"
>;

/** Returns an empty ring, whose bytes are charged to `budget` if it is set. */
export function deliveryRing(budget: ByteBudget | undefined): DeliveryRing {
  return budget === undefined ? new Ring<Delivery>() : new BudgetedRing(budget);
}

/** Deliveries whose bytes are charged to a budget. */
export class BudgetedRing implements DeliveryRing {
  readonly #budget: ByteBudget;
  readonly #deliveries = new Ring<Delivery>();
  /** Charged bytes of each delivery: a message may change meanwhile. */
  readonly #sizes = new Ring<number>();
  #bytes = 0;

  /** Charges `budget`, even if it is full: the caller checks that before. */
  constructor(budget: ByteBudget) {
    this.#budget = budget;
  }

  /** Number of deliveries. */
  get length(): number {
    return this.#deliveries.length;
  }

  /** Adds a delivery at the end. */
  push(delivery: Delivery): void {
    this.#sizes.push(this.#take(delivery));
    this.#deliveries.push(delivery);
  }

  /** Adds a delivery at the front. */
  unshift(delivery: Delivery): void {
    this.#sizes.unshift(this.#take(delivery));
    this.#deliveries.unshift(delivery);
  }

  /** Removes and returns the first delivery; undefined if it is empty. */
  shift(): Delivery | undefined {
    const size = this.#sizes.shift();
    if (size === undefined) return undefined;
    this.#bytes -= size;
    this.#budget.release(size);
    return this.#deliveries.shift();
  }

  /** Removes all deliveries. */
  clear(): void {
    this.#deliveries.clear();
    this.#sizes.clear();
    this.#budget.release(this.#bytes);
    this.#bytes = 0;
  }

  #take(delivery: Delivery): number {
    const size = this.#budget.take(delivery);
    this.#bytes += size;
    return size;
  }
}
