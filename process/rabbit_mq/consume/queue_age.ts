/**
 * Age at which a quorum queue survives a kill of its broker, in milliseconds.
 */
const SAFE_AGE = 10_000;

/**
 * Age of the queue of a group. RabbitMQ may lose a quorum queue with its
 * messages if its broker is killed just after the queue was declared: the queue
 * then exists, and never answers a consumer.
 */
export class QueueAge {
  /** −Infinity if the queue existed before its subscription. */
  #createdAt: number | undefined;
  /** True if the connection was lost so soon that the queue may be broken. */
  #isUnsafe = false;
  /** Number of times that the unsafe queue did not answer. */
  #hangs = 0;

  /** True once {@linkcode begin} was called. */
  get isKnown(): boolean {
    return this.#createdAt !== undefined;
  }

  /** Begins now, unless the queue `exists` already. */
  begin(exists: boolean): void {
    this.#createdAt = exists ? -Infinity : performance.now();
  }

  /** Records that the connection is lost. */
  interrupt(): void {
    const age = performance.now() - (this.#createdAt ?? -Infinity);
    if (age < SAFE_AGE) this.#isUnsafe = true;
  }

  /**
   * Records that the queue does not answer. Returns true, once, if the queue
   * is lost: at the second timeout, since a broker that is slow to start
   * answers by then.
   */
  isLost(): boolean {
    if (!this.#isUnsafe || ++this.#hangs < 2) return false;
    this.#isUnsafe = false;
    return true;
  }
}
