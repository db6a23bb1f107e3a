import { Ring } from "../bus/ring.ts";
import type { Delivery, Subscription } from "../message_bus.ts";

/** What a loop is given. */
export type Step = IteratorResult<Delivery, undefined>;

/** The last one. */
export const END: Step = { done: true, value: undefined };

/** A loop that waits for a delivery. */
interface Waiter {
  readonly resolve: (step: Step) => void;
  readonly reject: (error: unknown) => void;
}

/** One loop over a subscription, which others read through, one after the other or at the same time. */
export class SharedLoop {
  readonly #subscription: Subscription;
  #loop: AsyncIterator<Delivery> | undefined;
  #waiters: Waiter[] = [];
  #pulling = false;
  /** Came when nobody waited any more. */
  #stashed: Step | undefined;
  readonly #given = new Ring<Delivery>();

  /** Begins when somebody reads. */
  constructor(subscription: Subscription) {
    this.#subscription = subscription;
  }

  /** Loops that wait for a delivery which hasn't come. */
  get readers(): number {
    // What `accept` looks at isn't waited for any more.
    const looking = this.#pulling && this.#subscription.readers === 0;
    return Math.max(0, this.#waiters.length - (looking ? 1 : 0));
  }

  /** Deliveries that were given, and that nobody has read yet. */
  get given(): number {
    return this.#given.length;
  }

  /** The next delivery. */
  next(): Promise<Step> {
    const stashed = this.#stashed;
    this.#stashed = undefined;
    if (stashed) return Promise.resolve(stashed);
    const given = this.#given.shift();
    if (given) return Promise.resolve({ done: false, value: given });
    return new Promise((resolve, reject) => {
      this.#waiters.push({ resolve, reject });
      this.#pull();
    });
  }

  /** One more delivery, which doesn't come by the subscription. */
  give(delivery: Delivery): void {
    const waiter = this.#waiters.shift();
    if (waiter) waiter.resolve({ done: false, value: delivery });
    else this.#given.push(delivery);
  }

  /** The step with the last delivery is done. One more that this brings is not read, so it is nobody's when all is closed. */
  acknowledge(): void {
    if (this.#pulling || this.#stashed) return;
    this.#loop?.next().catch(() => {}); // as good as closed
  }

  /** Leaves it, which closes what it reads. */
  return(): Promise<Step> {
    return this.throw(undefined);
  }

  /** As `return`, where it is known which error ended it. */
  async throw(error: unknown): Promise<Step> {
    await (error === undefined
      ? this.#loop?.return?.()
      : this.#loop?.throw?.(error));
    return END;
  }

  /** Ends those who wait. What comes for them is for the next ones. */
  dismiss(): void {
    const waiters = this.#waiters;
    this.#waiters = [];
    for (const { resolve } of waiters) resolve(END);
  }

  #pull(): void {
    if (this.#pulling || this.#waiters.length === 0) return;
    this.#pulling = true;
    this.#loop ??= this.#subscription[Symbol.asyncIterator]();
    this.#loop.next().then(
      (step) => this.#arrived(step),
      (error) => {
        this.#pulling = false;
        this.#waiters.shift()?.reject(error);
        this.#pull(); // that was the answer to one of them
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
}
