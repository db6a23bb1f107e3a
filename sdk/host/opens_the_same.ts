import type { SubscribeOptions } from "../message_bus.ts";

/** Whether subscribing with `asked` opens the same as with `kept` did, but for what the module looks at deliveries with. */
export function opensTheSame(
  kept: SubscribeOptions,
  asked: SubscribeOptions,
): boolean {
  // A filter or a signal belongs to the module that failed.
  return !(kept.filter ?? asked.filter) &&
    !(kept.signal ?? asked.signal) &&
    kept.group === asked.group &&
    kept.overflow === asked.overflow &&
    kept.queueSize === asked.queueSize &&
    (kept.where === undefined) === (asked.where === undefined) &&
    kept.retry?.attempts === asked.retry?.attempts &&
    kept.retry?.backoff === asked.retry?.backoff;
}
