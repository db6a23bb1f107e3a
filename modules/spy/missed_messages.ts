import type { Context, Subscription } from "@caryatid/sdk";

/**
 * Interval of warnings about missed messages while the spy is behind, in
 * milliseconds.
 */
const WARN_INTERVAL = 1_000;

/** Logs the number of messages that a subscription has dropped. */
export class MissedMessages {
  readonly #context: Context;
  readonly #subscription: Subscription;
  #logged = 0;
  #loggedAt = -Infinity;

  /** Starts with no dropped message logged. */
  constructor(context: Context, subscription: Subscription) {
    this.#context = context;
    this.#subscription = subscription;
  }

  /** Logs once per burst, and every second during a long one. */
  warnIfDue(): void {
    const { dropped } = this.#subscription;
    if (dropped === this.#logged) return;
    const { clock, log } = this.#context;
    const now = clock.monotonic();
    if (this.#subscription.queued > 0 && now - this.#loggedAt < WARN_INTERVAL) {
      return;
    }
    log.warn("missed {count} messages on {pattern}: the spy is too slow", {
      count: dropped - this.#logged,
      pattern: this.#subscription.pattern,
    });
    this.#logged = dropped;
    this.#loggedAt = now;
  }
}
