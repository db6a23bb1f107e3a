/** Bounds of an `Outbox`. One message has room in any case. */
export interface OutboxLimits {
  /** Maximum number of messages that wait. */
  readonly messages: number;
  /** Maximum number of bytes of their bodies. */
  readonly bytes: number;
}

/**
 * Bounds of the messages that wait, and of the messages that are sent and not
 * confirmed.
 */
export interface PublisherLimits extends OutboxLimits {
  /** Maximum number of messages without a confirm. */
  readonly window: number;
}
