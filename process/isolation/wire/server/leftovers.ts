import type { Delivery, Log } from "@caryatid/sdk";
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
  readonly #kept = new Map<string, KeptDeliveries>();

  /** Keeps the deliveries of a subscription. `deliveries` may still grow. */
  keep(
    pattern: string,
    options: CrossingSubscribeOptions,
    deliveries: BudgetedRing,
  ): void {
    const key = keyOf(pattern, options);
    const kept = this.#kept.get(key);
    if (kept) kept.rings.push(deliveries);
    else this.#kept.set(key, { pattern, rings: [deliveries] });
  }

  /**
   * Removes and returns the deliveries for a subscription with the same
   * options.
   */
  take(pattern: string, options: CrossingSubscribeOptions): Delivery[] {
    const kept = this.#kept.get(keyOf(pattern, options))?.rings.shift();
    const deliveries: Delivery[] = [];
    for (let one = kept?.shift(); one; one = kept?.shift()) {
      deliveries.push(one);
    }
    return deliveries;
  }

  /** Drops the deliveries that no subscription has taken, and logs them. */
  drop(log: Pick<Log, "warn">): void {
    for (const { pattern, rings } of this.#kept.values()) {
      let count = 0;
      for (const ring of rings) {
        count += ring.length;
        ring.clear();
      }
      if (count === 0) continue;
      log.warn(
        'dropped {count} messages of "{pattern}" that the replaced guest had not begun: the new code does not subscribe in the same way',
        { count, pattern },
      );
    }
    this.#kept.clear();
  }
}

/** Deliveries of subscriptions with the same options. */
interface KeptDeliveries {
  readonly pattern: string;
  readonly rings: BudgetedRing[];
}

function keyOf(pattern: string, options: CrossingSubscribeOptions): string {
  const { group, queueSize, overflow, retry } = options;
  return JSON.stringify([pattern, group, queueSize, overflow, retry]);
}
