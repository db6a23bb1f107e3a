import type { CaryatidError } from "../errors.ts";
import type { Delivery } from "../message_bus.ts";
import type { DeliveryQueue, Reader } from "./delivery_queue.ts";
import type { QueueSubscription } from "./queue_subscription.ts";

type Step = IteratorResult<Delivery, undefined>;

const END_STEP: Step = { done: true, value: undefined };
const END: Promise<Step> = Promise.resolve(END_STEP);

/**
 * One loop over a {@linkcode QueueSubscription}.
 *
 * By hand: a generator costs 3 × as much, and its pending next() blocks return().
 */
export class QueueLoop implements AsyncIterator<Delivery, undefined>, Reader {
  /** As it came: what `accept` made of it is the loop's alone. */
  inHand: Delivery | undefined;
  readonly #subscription: QueueSubscription;
  readonly #queue: DeliveryQueue;
  /** The delivery in hand, while an `accept` that takes its time looks at it. Others have to wait: that keeps the order. */
  #lookedAt: Delivery | undefined;
  /** Of the next() that waits; more than one wait only where a loop is stepped by hand. */
  #resolve: ((step: Step | Promise<Step>) => void) | undefined;
  #later: ((step: Step | Promise<Step>) => void)[] | undefined;
  #waiting = 0;

  /** Nothing is in hand yet. */
  constructor(subscription: QueueSubscription) {
    this.#subscription = subscription;
    this.#queue = subscription.queue;
  }

  /** How many next() wait for a delivery that hasn't come. */
  get readers(): number {
    return this.#lookedAt === undefined ? this.#waiting : this.#waiting - 1;
  }

  /** The step with the last delivery is done; gives the next one. */
  next(): Promise<Step> {
    const step = this.#waiting > 0 ? undefined : this.#advance();
    return step === undefined ? new Promise(this.#wait) : Promise.resolve(step);
  }

  /** `break`, `return` and an error all end here. */
  return(): Promise<Step> {
    return this.throw(undefined);
  }

  /** As `return`, where it is known which error ended it. */
  async throw(error: unknown): Promise<Step> {
    const looking = this.#lookedAt !== undefined;
    await this.#subscription.fail(looking ? undefined : this.inHand, error);
    return END_STEP;
  }

  /** A delivery for the next() that waits. */
  hand(delivery: Delivery): void {
    const step = this.#give(delivery);
    if (step !== undefined) this.#settle(step);
    if (this.#waiting > 0) this.#serve();
  }

  /** There will be none. */
  end(): void {
    while (this.#waiting > 0) this.#settle(END_STEP);
  }

  /** Ends at once, and gives the delivery that it leaves unfinished. */
  leave(): Delivery | undefined {
    const unfinished = this.inHand;
    this.inHand = this.#lookedAt = undefined;
    this.end();
    return unfinished;
  }

  #advance(): Step | Promise<Step> | undefined {
    const finished = this.inHand;
    if (finished !== undefined) {
      this.inHand = undefined;
      this.#subscription.onDone?.(finished);
      const changed = this.#inspect(finished, true);
      if (changed) return changed;
    }
    return this.#take();
  }

  /** The next step, or undefined where it takes time. A loop: any number of deliveries may be refused in a row. */
  #take(): Step | Promise<Step> | undefined {
    for (;;) {
      if (this.#subscription.left) return END;
      const delivery = this.#queue.shift();
      if (delivery === undefined) return this.#queue.closed ? END : undefined;
      const step = this.#inspect(delivery, false) ?? this.#give(delivery);
      if (step !== undefined || this.#lookedAt !== undefined) return step;
    }
  }

  /** The step with `delivery`, or undefined where it is refused, or still looked at. */
  #give(delivery: Delivery): Step | Promise<Step> | undefined {
    this.inHand = delivery;
    const { accept } = this.#subscription;
    if (accept === undefined) return { done: false, value: delivery };
    let accepted: Delivery | Promise<Delivery>;
    try {
      accepted = accept(delivery);
    } catch (error) {
      return this.#refuse(delivery, error);
    }
    if (accepted instanceof Promise) {
      this.#lookedAt = delivery;
      this.#look(delivery, accepted);
      return undefined;
    }
    // It may have closed the subscription.
    return this.#subscription.left ? END : { done: false, value: accepted };
  }

  async #look(delivery: Delivery, looking: Promise<Delivery>): Promise<void> {
    let step: Step | Promise<Step> | undefined;
    try {
      const accepted = await looking;
      // Else it was given back when the loop left.
      if (this.inHand === delivery) step = { done: false, value: accepted };
    } catch (error) {
      step = this.#refuse(delivery, error);
    }
    this.#lookedAt = undefined;
    if (step !== undefined) this.#settle(step);
    this.#serve();
  }

  #refuse(delivery: Delivery, error: unknown): Promise<Step> | undefined {
    if (this.inHand !== delivery) return undefined;
    this.inHand = undefined;
    this.#subscription.refuse(delivery, error);
    return this.#inspect(delivery, true);
  }

  /** Gives steps to all who wait, as far as there are deliveries. */
  #serve(): void {
    while (this.#waiting > 0 && this.#lookedAt === undefined) {
      const step = this.#advance();
      if (step !== undefined) this.#settle(step);
      else if (this.#lookedAt === undefined) return this.#queue.wait(this);
    }
  }

  /** However many next() wait, it stands in line once. */
  #wait = (resolve: (step: Step | Promise<Step>) => void): void => {
    if (this.#waiting++ > 0) {
      (this.#later ??= []).push(resolve);
    } else {
      this.#resolve = resolve;
      if (this.#lookedAt === undefined) this.#queue.wait(this);
    }
  };

  #settle(step: Step | Promise<Step>): void {
    const resolve = this.#resolve;
    if (resolve === undefined) return; // closed meanwhile
    this.#resolve = --this.#waiting > 0 ? this.#later!.shift() : undefined;
    resolve(step);
  }

  #inspect(delivery: Delivery, handedOut: boolean): Promise<Step> | undefined {
    const { inspect, pattern } = this.#subscription;
    if (inspect === undefined) return undefined;
    const changed: CaryatidError | undefined = inspect(
      delivery,
      pattern,
      handedOut,
    );
    return changed && Promise.reject(changed);
  }
}
