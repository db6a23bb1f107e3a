import type { Delivery, SubscribeOptions } from "@caryatid/sdk";

/** What was sent ahead to a guest that died before it began with it: its successor is given it first. */
export class Leftovers {
  readonly #kept = new Map<string, Delivery[][]>();

  /** Keeps those of a subscription. `deliveries` may still grow. */
  keep(
    pattern: string,
    options: SubscribeOptions,
    deliveries: Delivery[],
  ): void {
    const key = keyOf(pattern, options);
    const kept = this.#kept.get(key);
    if (kept) kept.push(deliveries);
    else this.#kept.set(key, [deliveries]);
  }

  /** Those for whoever subscribes so. */
  take(pattern: string, options: SubscribeOptions): Delivery[] {
    return this.#kept.get(keyOf(pattern, options))?.shift() ?? [];
  }

  /** Nobody is to have the rest. */
  clear(): void {
    this.#kept.clear();
  }
}

function keyOf(pattern: string, options: SubscribeOptions): string {
  const { group, queueSize, overflow, retry } = options;
  return JSON.stringify([pattern, group, queueSize, overflow, retry]);
}
