import { turnOver } from "../bus/turn.ts";
import type {
  Accept,
  Delivery,
  MessageBus,
  SubscribeOptions,
  Subscription,
} from "../message_bus.ts";

type Step = IteratorResult<Delivery, undefined>;

const END: Step = { done: true, value: undefined };

/** A loop that waits for a delivery. */
interface Waiter {
  readonly resolve: (step: Step) => void;
  readonly reject: (error: unknown) => void;
}

/**
 * A subscription that outlives a module which fails, so that its restarted self goes on with the next message.
 *
 * An iterator can't tell `break` from an error, so leaving the loop closes it only when the module hasn't failed two turns
 * later. All its loops read through one, which is handed on; in a group each has its own, whose delivery in hand comes again.
 */
export class KeptSubscription implements Subscription {
  readonly pattern: string;
  readonly ready: Promise<void>;
  readonly #bus: MessageBus;
  readonly #options: SubscribeOptions;
  /** That of the module as it lives now; its restarted self brings its own. */
  #accept: Accept | undefined;
  #inner: Subscription;
  #loop: AsyncIterator<Delivery> | undefined;
  #waiters: Waiter[] = [];
  #pulling = false;
  /** Came for a module that had failed by then. */
  #stashed: Step | undefined;
  /** The loops of an earlier life of the module have ended. */
  #life = 0;
  #left = false;
  #failed = false;
  #closed = false;

  /** Subscribes on `bus`. */
  constructor(bus: MessageBus, pattern: string, options: SubscribeOptions) {
    this.pattern = pattern;
    this.#bus = bus;
    this.#accept = options.accept;
    this.#options = {
      ...options,
      accept: (delivery) => this.#accept?.(delivery) ?? delivery,
    };
    this.#inner = bus.subscribe(pattern, this.#options);
    this.ready = this.#inner.ready;
  }

  get depth(): number {
    return this.#inner.depth;
  }

  get inHand(): number {
    return this.#inner.inHand;
  }

  get readers(): number {
    if (this.#grouped) return this.#inner.readers;
    // What `accept` looks at isn't waited for any more.
    const looking = this.#pulling && this.#inner.readers === 0;
    return Math.max(0, this.#waiters.length - (looking ? 1 : 0));
  }

  get heldUp(): number {
    return this.#inner.heldUp;
  }

  get dropped(): number {
    return this.#inner.dropped;
  }

  get closed(): boolean {
    return this.#closed || this.#inner.closed;
  }

  /** Whether `subscribe` with these would open the same. */
  serves(pattern: string, options: SubscribeOptions): boolean {
    // A filter or a signal belongs to the module that failed.
    return !this.closed && pattern === this.pattern &&
      !(options.filter ?? this.#options.filter) &&
      !(options.signal ?? this.#options.signal) &&
      options.group === this.#options.group &&
      options.overflow === this.#options.overflow &&
      options.queueSize === this.#options.queueSize;
  }

  /**
   * The module failed: its loops end, what waits is kept. In a group, what it had in hand goes to whoever is next; else it is
   * done.
   */
  async keep(): Promise<void> {
    this.#failed = true;
    this.#endLoops();
    if (this.closed || !this.#grouped) return;
    const failed = this.#inner;
    const { signal: _, ...options } = this.#options;
    this.#inner = this.#bus.subscribe(this.pattern, options);
    await this.#inner.ready;
    await failed.close();
  }

  /** Hands it over to the restarted module, whose `accept` takes the place of the old one. */
  resume(accept?: Accept): this {
    this.#accept = accept;
    this.#failed = this.#left = false;
    return this;
  }

  [Symbol.asyncIterator](): AsyncIterator<Delivery, undefined> {
    const life = this.#life;
    const over = () => this.#closed || this.#left || life !== this.#life;
    const own = this.#grouped ? this.#inner[Symbol.asyncIterator]() : undefined;
    return {
      next: async () => {
        if (over()) return END;
        const step = await (own ? own.next() : this.#next());
        // A member's loop that is over by now gives its delivery back when its subscription is closed.
        return own && over() ? END : step;
      },
      return: () => {
        if (life === this.#life) {
          this.#left = true;
          this.#closeUnlessFailed();
        }
        return Promise.resolve(END);
      },
    };
  }

  close(): Promise<void> {
    this.#closed = true;
    this.#endLoops();
    return this.#inner.close();
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.close();
  }

  get #grouped(): boolean {
    return this.#options.group !== undefined;
  }

  #next(): Promise<Step> {
    const stashed = this.#stashed;
    this.#stashed = undefined;
    if (stashed) return Promise.resolve(stashed);
    return new Promise((resolve, reject) => {
      this.#waiters.push({ resolve, reject });
      this.#pull();
    });
  }

  #pull(): void {
    if (this.#pulling || this.#waiters.length === 0) return;
    this.#pulling = true;
    this.#loop ??= this.#inner[Symbol.asyncIterator]();
    this.#loop.next().then(
      (step) => this.#arrived(step),
      (error) => {
        this.#pulling = false;
        this.#waiters.shift()?.reject(error);
      },
    );
  }

  #arrived(step: Step): void {
    this.#pulling = false;
    const waiter = this.#waiters.shift();
    if (waiter) waiter.resolve(step);
    else this.#stashed = step;
    this.#pull();
  }

  #endLoops(): void {
    this.#life++;
    const waiters = this.#waiters;
    this.#waiters = [];
    for (const { resolve } of waiters) resolve(END);
  }

  async #closeUnlessFailed(): Promise<void> {
    await turnOver();
    await turnOver();
    if (!this.#failed) await this.close();
  }
}
