import { abortedError } from "../aborted.ts";
import type { CaryatidError } from "../errors.ts";
import type { Delivery, Subscription } from "../message_bus.ts";
import type { DeliveryQueue, Reader } from "./delivery_queue.ts";

type Step = IteratorResult<Delivery, undefined>;

const END: Promise<Step> = Promise.resolve({ done: true, value: undefined });

/** Finds a message that was changed: `handedOut` says whether the loop had it in hand. */
export type Inspect = (
  delivery: Delivery,
  pattern: string,
  handedOut: boolean,
) => CaryatidError | undefined;

/** What a {@linkcode QueueSubscription} is made of. */
export interface QueueSubscriptionOptions {
  /** Where its deliveries come from; members of a group share one. */
  readonly queue: DeliveryQueue;
  /** Whether what it leaves unfinished goes to other members. */
  readonly grouped: boolean;
  /** Closes it. */
  readonly signal?: AbortSignal | undefined;
  /** Resolves when it hears. Local queues hear at once. */
  readonly ready?: Promise<void> | undefined;
  /** Takes it off the bus; called once. */
  readonly release: (
    subscription: QueueSubscription,
  ) => void | Promise<void>;
  /** Looks at each delivery before and after a step. */
  readonly inspect?: Inspect | undefined;
  /** Hears of each step that is done: where a broker wants to know. */
  readonly onDone?: ((delivery: Delivery) => void) | undefined;
}

/** A subscription that reads a {@linkcode DeliveryQueue}. */
export class QueueSubscription implements Subscription {
  /** What it listens to. */
  readonly pattern: string;
  /** Resolves when every later publish is heard; rejects when that cannot come to be. */
  readonly ready: Promise<void>;
  /** Where its deliveries come from. */
  readonly queue: DeliveryQueue;
  /** Looks at each delivery before and after a step. */
  readonly inspect: Inspect | undefined;
  /** Hears of each step that is done. */
  readonly onDone: ((delivery: Delivery) => void) | undefined;
  readonly #grouped: boolean;
  readonly #loops = new Set<Loop>();
  readonly #release: QueueSubscriptionOptions["release"];
  readonly #signal: AbortSignal | undefined;
  #closing: Promise<void> | undefined;

  /** Opens it; closed at once if its signal has fired. */
  constructor(options: QueueSubscriptionOptions) {
    this.queue = options.queue;
    this.pattern = options.queue.pattern;
    this.inspect = options.inspect;
    this.onDone = options.onDone;
    this.#grouped = options.grouped;
    this.#release = options.release;
    this.#signal = options.signal;
    this.ready = this.#signal?.aborted
      ? Promise.reject(
        abortedError(`subscribe to "${this.pattern}"`, this.#signal),
      )
      : options.ready ?? Promise.resolve();
    // Who doesn't wait for it isn't to be killed by it.
    this.ready.catch(() => {});
    if (this.#signal?.aborted) this.close();
    else this.#signal?.addEventListener("abort", this.#abort, { once: true });
  }

  /** Messages that wait, unread. */
  get depth(): number {
    return this.queue.length;
  }

  /** Deliveries that a loop was given and has not come back from. */
  get inHand(): number {
    let count = 0;
    for (const loop of this.#loops) if (loop.inHand) count++;
    return count;
  }

  /** Loops that wait for a delivery. */
  get readers(): number {
    let count = 0;
    for (const loop of this.#loops) count += loop.waiting;
    return count;
  }

  /** Messages lost to `overflow`. */
  get dropped(): number {
    return this.queue.dropped;
  }

  /** Whether it was closed, by whomever. What waits when the bus is closed can still be read. */
  get closed(): boolean {
    return this.left || this.queue.closed;
  }

  /** Whether its owner closed it: nothing more is to be read. */
  get left(): boolean {
    return this.#closing !== undefined;
  }

  /** Starts a loop; several loops share the deliveries. */
  [Symbol.asyncIterator](): AsyncIterator<Delivery, undefined> {
    const loop = new Loop(this);
    this.#loops.add(loop);
    return loop;
  }

  /** Ends every loop over it; harmless twice. */
  close(): Promise<void> {
    return this.#closing ??= this.#leave();
  }

  /** Lets its signal go: its queue has ended, and only what waits there can still be read. */
  end(): void {
    this.#signal?.removeEventListener("abort", this.#abort);
  }

  /** As `close`. */
  [Symbol.asyncDispose](): Promise<void> {
    return this.close();
  }

  async #leave(): Promise<void> {
    // Marked as closed before anybody is handed what is given back here.
    this.#closing = Promise.resolve();
    this.end();
    this.queue.dismissReaders((reader) =>
      reader instanceof Loop && this.#loops.has(reader)
    );
    const unfinished: Delivery[] = [];
    for (const loop of this.#loops) {
      if (loop.inHand) unfinished.push(loop.inHand);
      loop.inHand = undefined;
    }
    this.#loops.clear();
    if (this.#grouped) {
      for (const delivery of unfinished.reverse()) {
        this.queue.giveBack(delivery);
      }
    }
    await this.#release(this);
  }

  #abort = (): void => {
    this.close();
  };
}

/** By hand: a generator costs 3 × as much, and its pending next() blocks return(). */
class Loop implements AsyncIterator<Delivery, undefined>, Reader {
  inHand: Delivery | undefined;
  waiting = 0;
  readonly #subscription: QueueSubscription;
  readonly #queue: DeliveryQueue;
  /** Of the next() that waits; more than one wait only where a loop is stepped by hand. */
  #resolve: ((step: Step) => void) | undefined;
  #later: ((step: Step) => void)[] | undefined;

  constructor(subscription: QueueSubscription) {
    this.#subscription = subscription;
    this.#queue = subscription.queue;
  }

  next(): Promise<Step> {
    const finished = this.inHand;
    if (finished !== undefined) {
      this.inHand = undefined;
      const changed = this.#finish(finished);
      if (changed) return Promise.reject(changed);
    }
    if (this.#subscription.left) return END;
    const delivery = this.#queue.shift();
    if (delivery === undefined) {
      return this.#queue.closed ? END : new Promise(this.#wait);
    }
    if (this.#subscription.inspect) {
      const changed = this.#inspect(delivery, false);
      if (changed) return Promise.reject(changed);
    }
    this.inHand = delivery;
    return Promise.resolve({ done: false, value: delivery });
  }

  /** `break`, `return` and an error all end here. */
  async return(): Promise<Step> {
    await this.#subscription.close();
    return { done: true, value: undefined };
  }

  /** A delivery for the next() that waits. */
  hand(delivery: Delivery): void {
    this.inHand = delivery;
    this.#settle({ done: false, value: delivery });
  }

  /** There will be none. */
  end(): void {
    this.#settle({ done: true, value: undefined });
  }

  #wait = (resolve: (step: Step) => void): void => {
    if (this.waiting++ === 0) this.#resolve = resolve;
    else (this.#later ??= []).push(resolve);
    this.#queue.wait(this);
  };

  #settle(step: Step): void {
    const resolve = this.#resolve!;
    this.#resolve = --this.waiting > 0 ? this.#later!.shift() : undefined;
    resolve(step);
  }

  #finish(delivery: Delivery): CaryatidError | undefined {
    this.#subscription.onDone?.(delivery);
    return this.#subscription.inspect && this.#inspect(delivery, true);
  }

  #inspect(delivery: Delivery, handedOut: boolean): CaryatidError | undefined {
    const { inspect, pattern } = this.#subscription;
    return inspect?.(delivery, pattern, handedOut);
  }
}
