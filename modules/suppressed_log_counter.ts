import type { Clock, Log } from "@caryatid/sdk";

/** Minimum time between two warnings, in milliseconds. */
const INTERVAL = 10_000;

/**
 * Counts skipped items and logs the count: the first at once, then at most
 * every ten seconds.
 */
export class SuppressedLogCounter {
  /** Number of items so far. */
  count = 0;
  readonly #items: string;
  readonly #log: Log;
  readonly #clock: Clock;
  #unlogged = 0;
  #lastReason: string | undefined;
  #loggedAt: number | undefined;

  /**
   * `items` names the counted items in the warning, such as "damaged entries".
   */
  constructor(items: string, log: Log, clock: Clock) {
    this.#items = items;
    this.#log = log;
    this.#clock = clock;
  }

  /** Counts `count` more items, skipped because of `reason`. */
  add(reason: string, count = 1): void {
    this.count += count;
    this.#unlogged += count;
    this.#lastReason = reason;
    const now = this.#clock.now();
    // After the clock was set back, the difference is negative: log again.
    const since = this.#loggedAt === undefined
      ? INTERVAL
      : now - this.#loggedAt;
    if (since >= 0 && since < INTERVAL) return;
    this.#loggedAt = now;
    this.flush();
  }

  /** Logs the items that no warning has counted yet. */
  flush(): void {
    if (this.#unlogged === 0) return;
    this.#unlogged = 0;
    this.#log.warn("skipped {count} {items} so far; last reason: {reason}", {
      items: this.#items,
      count: this.count,
      reason: this.#lastReason,
    });
  }
}
