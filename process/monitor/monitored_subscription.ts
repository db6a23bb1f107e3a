import type { Delivery, Subscription } from "@caryatid/sdk";

/**
 * A subscription that counts what its loops ask for, and knows since when they wait.
 *
 * Nothing is awaited for that: whatever did would cost as much as the step itself. What was asked for and isn't waited for was
 * given.
 */
export class MonitoredSubscription implements Subscription {
  readonly pattern: string;
  readonly ready: Promise<void>;
  readonly #inner: Subscription;
  readonly #now: () => number;
  readonly #loops = new Set<MonitoredLoop>();
  /** What a group's queue had lost before this member came. */
  readonly #lostBefore: number;
  /** How many deliveries loops were given before it was closed. */
  #read: number | undefined;

  /** `now` gives milliseconds of a clock that never jumps. */
  constructor(inner: Subscription, now: () => number) {
    this.pattern = inner.pattern;
    this.ready = inner.ready;
    this.#inner = inner;
    this.#now = now;
    this.#lostBefore = inner.dropped;
  }

  get depth(): number {
    return this.#inner.depth;
  }

  get inHand(): number {
    return this.#inner.inHand;
  }

  get readers(): number {
    return this.#inner.readers;
  }

  get heldUp(): number {
    return this.#inner.heldUp;
  }

  get dropped(): number {
    return this.#inner.dropped;
  }

  get closed(): boolean {
    return this.#inner.closed;
  }

  /** Deliveries that loops were given. */
  get read(): number {
    if (this.#read !== undefined) return this.#read;
    let asked = 0;
    for (const loop of this.#loops) asked += loop.asked;
    return asked - this.#inner.readers;
  }

  /** Messages lost since it was opened. */
  get lost(): number {
    return this.#inner.dropped - this.#lostBefore;
  }

  /**
   * When the loop that waits longest began to; undefined where none waits.
   *
   * A delivery goes to who asked first: so of all loops, those wait that asked last.
   */
  get waitingSince(): number | undefined {
    const { readers } = this.#inner;
    if (readers === 0) return undefined;
    const asked = Array.from(this.#loops, (loop) => loop.askedAt)
      .sort((a, b) => b - a);
    return asked[Math.min(readers, asked.length) - 1];
  }

  /**
   * Of what counts as read, how much was only the end of a loop: that is known later, and only where somebody else than its owner
   * closed it.
   */
  async ends(): Promise<number> {
    if (this.#read !== undefined) return 0;
    const last = await Promise.all(
      Array.from(this.#loops, ({ last }) => last?.catch(() => undefined)),
    );
    return last.filter((step) => step?.done).length;
  }

  [Symbol.asyncIterator](): AsyncIterator<Delivery, undefined> {
    const loop = new MonitoredLoop(
      this.#inner[Symbol.asyncIterator](),
      this.#now,
      () => this.#read ??= this.read,
    );
    this.#loops.add(loop);
    return loop;
  }

  close(): Promise<void> {
    this.#read ??= this.read;
    return this.#inner.close();
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.close();
  }
}

type Step = IteratorResult<Delivery, undefined>;

const END: Promise<Step> = Promise.resolve({ done: true, value: undefined });

class MonitoredLoop implements AsyncIterator<Delivery, undefined> {
  asked = 0;
  askedAt: number;
  last: Promise<Step> | undefined;
  readonly #inner: AsyncIterator<Delivery, undefined>;
  readonly #now: () => number;
  readonly #leave: () => void;

  constructor(
    inner: AsyncIterator<Delivery, undefined>,
    now: () => number,
    leave: () => void,
  ) {
    this.#inner = inner;
    this.#now = now;
    this.#leave = leave;
    this.askedAt = now();
  }

  next(): Promise<Step> {
    this.asked++;
    this.askedAt = this.#now();
    return this.last = this.#inner.next();
  }

  return(): Promise<Step> {
    this.#leave();
    return this.#inner.return?.() ?? END;
  }

  throw(error: unknown): Promise<Step> {
    this.#leave();
    return this.#inner.throw?.(error) ?? this.#inner.return?.() ?? END;
  }
}
