/**
 * Budgets that a host grants to each guest. A guest that exceeds one is ended
 * with `GUEST_ENDED`, and the error names the budget.
 */
export const BUDGETS = {
  /** Open subscriptions. */
  subscriptions: 1024,
  /** Open handlings. */
  handlers: 1024,
  /** Subscriptions and handlings opened in one second, closed ones included. */
  opened: 4096,
  /** Messages for which the queues of all subscriptions have room. */
  queued: 1_048_576,
  /**
   * Bytes of the deliveries in the queues, and of those sent to the guest and
   * not begun or acknowledged. Beyond it the queues count as full, and the
   * guest is not ended: other modules may have published the messages.
   */
  unread: 67_108_864,
  /** Deliveries that are demanded and not begun. */
  deliveries: 524_288,
  /** Loops of subscriptions that acknowledge their deliveries. */
  loops: 16_384,
  /** Requests that are not answered yet. */
  requests: 2048,
  /** Publishes that are not accepted yet. */
  publishes: 65_536,
  /**
   * Log records and lines of stderr in one second, suppressed ones included.
   */
  logLines: 50_000,
} as const;

/** Deliveries of one subscription that a guest may have demanded at a time. */
export const MAX_DEMAND = 65_536;

/** Loops of one subscription that acknowledge their deliveries. */
export const MAX_SLOTS = 4096;

/** Unread bytes of a guest above which its host sends no further messages. */
export const MAX_BACKLOG: number = 4 * 1024 * 1024;

/**
 * Returns the maximum weight of a message: each array, map and tag weighs 1,
 * and each byte string 4. One byte of a frame can become 450 bytes of memory.
 */
export function maxWeight(messageSize: number): number {
  return Math.max(1024, messageSize >> 3);
}
