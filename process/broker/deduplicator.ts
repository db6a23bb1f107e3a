/** Options of {@linkcode Deduplicator}. */
export interface DeduplicatorOptions<M> {
  /** Number of finished messages that are remembered. */
  readonly window: number;
  /** Identifies a message; undefined for one that has no id. */
  readonly keyOf: (message: M) => string | undefined;
  /** Receives a copy of a message that is finished. */
  readonly drop: (copy: M) => void;
  /** Receives a copy of a message that was not finished: it is handled. */
  readonly take: (copy: M) => void;
}

/**
 * Finds second copies of messages: of those that are finished, up to a number
 * of them, and of those that are being handled.
 *
 * A copy of the latter waits for the outcome of the first: if it were dropped
 * at once, both could be lost.
 */
export class Deduplicator<M> {
  readonly #options: DeduplicatorOptions<M>;
  readonly #finished = new Set<string>();
  /** Waiting copies by the key of the first one, which is not finished. */
  readonly #waiting = new Map<string, M[]>();

  /** Creates a deduplicator that knows no message. */
  constructor(options: DeduplicatorOptions<M>) {
    this.#options = options;
  }

  /**
   * Returns true if `message` is a second copy, which is then looked after.
   * Otherwise it is the first, until `finish` or `forget`.
   */
  holds(message: M): boolean {
    const key = this.#options.keyOf(message);
    if (key === undefined) return false;
    if (this.#finished.has(key)) {
      this.#options.drop(message);
      return true;
    }
    const waiting = this.#waiting.get(key);
    if (waiting) waiting.push(message);
    else this.#waiting.set(key, []);
    return waiting !== undefined;
  }

  /** The first copy is finished: the others are dropped. */
  finish(message: M): void {
    const key = this.#options.keyOf(message);
    if (key === undefined) return;
    this.#remember(key);
    for (const copy of this.#release(key)) this.#options.drop(copy);
  }

  /** The first copy was not finished: the next one is handled. */
  forget(message: M): void {
    const key = this.#options.keyOf(message);
    if (key === undefined) return;
    for (const copy of this.#release(key)) this.#options.take(copy);
  }

  /** The connection is lost. Drops the waiting copies. */
  interrupt(): void {
    for (const copies of this.#waiting.values()) copies.length = 0;
  }

  #release(key: string): readonly M[] {
    const copies = this.#waiting.get(key) ?? [];
    this.#waiting.delete(key);
    return copies;
  }

  #remember(key: string): void {
    this.#finished.add(key);
    if (this.#finished.size <= this.#options.window) return;
    for (const oldest of this.#finished) {
      this.#finished.delete(oldest);
      return;
    }
  }
}
