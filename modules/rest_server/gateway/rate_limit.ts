/** Number of requests that each client may make. */
export interface RateLimit {
  /** Number of requests that a client may make at once, and in each `per`. */
  readonly requests: number;
  /** Time in milliseconds. */
  readonly per: number;
  /** Number of clients that are remembered at once. */
  readonly clients: number;
}

interface Bucket {
  tokens: number;
  filledAt: number;
}

/**
 * A bucket of tokens for each client: each request takes one, and they come
 * back steadily.
 *
 * By hand: Hono has no rate limit, and its middleware would not count requests
 * that are refused before.
 */
export class RateLimiter {
  readonly #limit: RateLimit;
  /**
   * Buckets by client; the client that was not seen for the longest time is
   * first.
   */
  readonly #buckets = new Map<string, Bucket>();

  /** Creates a limiter whose buckets are full. */
  constructor(limit: RateLimit) {
    this.#limit = limit;
  }

  /** Number of clients that are remembered. */
  get size(): number {
    return this.#buckets.size;
  }

  /**
   * Takes a token of `client`. Returns 0 if the client had one, else the
   * milliseconds until its next token.
   *
   * @param now in milliseconds, of a clock that is never set back
   */
  take(client: string, now: number): number {
    const { requests, per } = this.#limit;
    const bucket = this.#bucket(client, now);
    const gained = (now - bucket.filledAt) * requests / per;
    bucket.tokens = Math.min(requests, bucket.tokens + gained);
    bucket.filledAt = now;
    if (bucket.tokens < 1) return (1 - bucket.tokens) * per / requests;
    bucket.tokens--;
    return 0;
  }

  #bucket(client: string, now: number): Bucket {
    const known = this.#buckets.get(client);
    if (known) this.#buckets.delete(client);
    const bucket = known ?? { tokens: this.#limit.requests, filledAt: now };
    this.#buckets.set(client, bucket);
    if (this.#buckets.size > this.#limit.clients) {
      for (const [oldest] of this.#buckets) {
        this.#buckets.delete(oldest);
        break;
      }
    }
    return bucket;
  }
}
