import type { Delivery, PublishOptions } from "../message_bus.ts";
import type { DeliveryQueue } from "./delivery_queue.ts";

/** Gives `delivery` to the queues of all `targets`. Undefined when all took it, else a promise of the slowest. */
export function fanOut(
  targets: readonly { readonly queue: DeliveryQueue }[],
  delivery: Delivery,
  options: PublishOptions | undefined,
): Promise<void> | undefined {
  if (targets.length === 1) return targets[0]!.queue.push(delivery, options);
  let waits: Promise<void>[] | undefined; // made only when a queue is full
  for (let i = 0; i < targets.length; i++) {
    const wait = targets[i]!.queue.push(delivery, options);
    if (wait) (waits ??= []).push(wait);
  }
  return waits && allSettled(waits);
}

/** Rejects with the first refusal, but only when all are settled: the others have theirs by then. */
async function allSettled(waits: readonly Promise<void>[]): Promise<void> {
  for (const result of await Promise.allSettled(waits)) {
    if (result.status === "rejected") throw result.reason;
  }
}
