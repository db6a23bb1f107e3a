import type { Delivery } from "@caryatid/sdk";
import type { BudgetedRing } from "@caryatid/sdk/internal/bus";
import type { CrossingSubscribeOptions } from "../frame_schema.ts";
import { UnreadBudget } from "./unread_budget.ts";

/**
 * Deliveries that were sent ahead to a guest which ended before it began them.
 * Its successor receives them first.
 */
export class Leftovers {
  /** Budget of the guest and of its successors. */
  readonly unread: UnreadBudget = new UnreadBudget();
  readonly #kept = new Map<string, BudgetedRing[]>();

  /** Keeps the deliveries of a subscription. `deliveries` may still grow. */
  keep(
    pattern: string,
    options: CrossingSubscribeOptions,
    deliveries: BudgetedRing,
  ): void {
    const key = keyOf(pattern, options);
    const kept = this.#kept.get(key);
    if (kept) kept.push(deliveries);
    else this.#kept.set(key, [deliveries]);
  }

  /**
   * Removes and returns the deliveries for a subscription with the same
   * options.
   */
  take(pattern: string, options: CrossingSubscribeOptions): Delivery[] {
    const kept = this.#kept.get(keyOf(pattern, options))?.shift();
    const deliveries: Delivery[] = [];
    for (let one = kept?.shift(); one; one = kept?.shift()) {
      deliveries.push(one);
    }
    return deliveries;
  }
}

function keyOf(pattern: string, options: CrossingSubscribeOptions): string {
  const { group, queueSize, overflow, retry } = options;
  return JSON.stringify([pattern, group, queueSize, overflow, retry]);
}
