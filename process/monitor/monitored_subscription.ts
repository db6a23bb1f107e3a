import type { Delivery, Subscription } from "@caryatid/sdk";
import { SubscriptionLayer } from "@caryatid/sdk/bus";
import type { ObservableLoop } from "@caryatid/sdk/internal/bus";

/**
 * Layer that counts the deliveries of a subscription, and knows since when its
 * loops wait.
 *
 * It awaits nothing: that would cost as much as the step itself. Deliveries
 * that loops asked for and no longer wait for count as read.
 */
export class MonitoredSubscription extends SubscriptionLayer {
  readonly #now: () => number;
  readonly #loops = new Set<MonitoredLoop>();
  /** Number of deliveries of messages that had been delivered before. */
  redelivered = 0;
  /** Number of further attempts at deliveries by `consume`. */
  retried = 0;
  /** Messages that the queue of a group had lost before this member joined. */
  readonly #lostBefore: number;
  /** Number of deliveries read before it was closed. */
  #read: number | undefined;

  /** Wraps `inner`. `now` returns milliseconds of a monotonic clock. */
  constructor(inner: Subscription, now: () => number) {
    super(inner);
    this.#now = now;
    this.#lostBefore = inner.dropped;
  }

  /** Number of deliveries that loops received. */
  get read(): number {
    if (this.#read !== undefined) return this.#read;
    let asked = 0;
    for (const loop of this.#loops) asked += loop.asked;
    return asked - this.inner.readers;
  }

  /** Number of messages lost since it was opened. */
  get lost(): number {
    return this.inner.dropped - this.#lostBefore;
  }

  /**
   * Time at which the loop that waits longest began to wait; undefined if no
   * loop waits.
   *
   * The loop that asked first receives the next delivery, so the loops that
   * wait are those that asked last.
   */
  get waitingSince(): number | undefined {
    const { readers } = this.inner;
    if (readers === 0) return undefined;
    const asked = Array.from(this.#loops, (loop) => loop.askedAt)
      .sort((a, b) => b - a);
    return asked[Math.min(readers, asked.length) - 1];
  }

  /**
   * Resolves with the number of steps counted as read that were the end of a
   * loop. That is known only later, and is above 0 only if the bus closed the
   * subscription.
   */
  async ends(): Promise<number> {
    if (this.#read !== undefined) return 0;
    const last = await Promise.all(
      Array.from(this.#loops, ({ last }) => last?.catch(() => undefined)),
    );
    return last.filter((step) => step?.done).length;
  }

  override [Symbol.asyncIterator](): AsyncIterator<Delivery, undefined> {
    const loop = new MonitoredLoop(
      super[Symbol.asyncIterator](),
      this.#now,
      () => this.#read ??= this.read,
      () => this.redelivered++,
    );
    this.#loops.add(loop);
    return loop;
  }

  override countRetry(): void {
    this.retried++;
    super.countRetry();
  }

  override close(): Promise<void> {
    this.#read ??= this.read;
    return super.close();
  }
}

type Step = IteratorResult<Delivery, undefined>;

const END: Promise<Step> = Promise.resolve({ done: true, value: undefined });

class MonitoredLoop implements AsyncIterator<Delivery, undefined> {
  asked = 0;
  askedAt: number;
  last: Promise<Step> | undefined;
  readonly #inner: ObservableLoop;
  readonly #now: () => number;
  readonly #leave: () => void;
  readonly #isObserved: boolean;
  #replace: ((delivery: Delivery) => Delivery) | undefined;

  constructor(
    inner: ObservableLoop,
    now: () => number,
    leave: () => void,
    onRedelivered: () => void,
  ) {
    this.#inner = inner;
    this.#isObserved = inner.observe?.((delivery) => {
      if (delivery.redelivered) onRedelivered();
      return this.#replace?.(delivery) ?? delivery;
    }) ?? false;
    this.#now = now;
    this.#leave = leave;
    this.askedAt = now();
  }

  observe(replace: (delivery: Delivery) => Delivery): boolean {
    this.#replace = replace;
    return this.#isObserved;
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
