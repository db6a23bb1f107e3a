import type { Delivery } from "@caryatid/sdk";
import type { CrossingSubscribeOptions } from "../frame_schema.ts";

/**
 * Deliveries that were sent ahead to a guest which ended before it began them.
 * Its successor receives them first.
 */
export class Leftovers {
  readonly #kept = new Map<string, Delivery[][]>();

  /** Keeps the deliveries of a subscription. `deliveries` may still grow. */
  keep(
    pattern: string,
    options: CrossingSubscribeOptions,
    deliveries: Delivery[],
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
    return this.#kept.get(keyOf(pattern, options))?.shift() ?? [];
  }

  /** Drops all deliveries. */
  clear(): void {
    this.#kept.clear();
  }
}

function keyOf(pattern: string, options: CrossingSubscribeOptions): string {
  const { group, queueSize, overflow, retry } = options;
  return JSON.stringify([pattern, group, queueSize, overflow, retry]);
}
