import type { CaryatidError } from "../errors.ts";
import type { Delivery } from "../delivery.ts";
import type { Accept } from "../subscription.ts";
import type { DeliveryQueue, Reader } from "./delivery_queue.ts";
import { LoopWaits } from "./observable_loop.ts";

/**
 * Returns an error if a message was changed. `handedOut` is true if the loop
 * had received the delivery.
 */
export type Inspect = (
  delivery: Delivery,
  pattern: string,
  handedOut: boolean,
) => CaryatidError | undefined;

/** Subscription of a {@linkcode QueueLoop}. */
export interface LoopOwner {
  readonly pattern: string;
  readonly queue: DeliveryQueue;
  /** True once its owner closed it: its loops read nothing more. */
  readonly left: boolean;
  readonly inspect: Inspect | undefined;
  readonly accept: Accept | undefined;
  readonly onDone: ((delivery: Delivery) => void) | undefined;
  /** Closes it because a loop ended at `delivery`. */
  fail(delivery: Delivery | undefined, error: unknown): Promise<void>;
  /**
   * Counts a delivery that `accept` rejected, or at which `attempts` of a
   * handler failed.
   */
  refuse(delivery: Delivery, error: unknown, attempts?: number): void;
}

type Step = IteratorResult<Delivery, undefined>;

const END_STEP: Step = { done: true, value: undefined };
const END: Promise<Step> = Promise.resolve(END_STEP);

/**
 * One loop over a `QueueSubscription`.
 *
 * It is not a generator: that costs 3 × as much, and its pending next() blocks
 * return().
 */
export class QueueLoop implements AsyncIterator<Delivery, undefined>, Reader {
  /** The delivery of the current step, as the queue had it. */
  inFlight: Delivery | undefined;
  /**
   * The delivery of the current step, as the loop received it, if `accept` or
   * `observe` replaced it.
   */
  #received: Delivery | undefined;
  #replace: ((delivery: Delivery) => Delivery) | undefined;
  readonly #subscription: LoopOwner;
  readonly #queue: DeliveryQueue;
  /**
   * The delivery that an asynchronous `accept` checks. Later ones wait for it,
   * which keeps the order.
   */
  #accepting: Delivery | undefined;
  /**
   * Resolves the waiting next(). More than one waits only if code calls next()
   * itself.
   */
  #resolve: ((step: Step | Promise<Step>) => void) | undefined;
  #later: ((step: Step | Promise<Step>) => void)[] | undefined;
  #waiting = 0;
  readonly #waits = new LoopWaits();

  /** Starts a loop without a delivery. */
  constructor(subscription: LoopOwner) {
    this.#subscription = subscription;
    this.#queue = subscription.queue;
  }

  /** Number of next() that wait for a delivery. */
  get readers(): number {
    return this.#accepting === undefined ? this.#waiting : this.#waiting - 1;
  }

  /**
   * Calls `replace` with each delivery just before its step resolves. The loop
   * receives the delivery that it returns. Returns true: this loop supports it.
   */
  observe(replace: (delivery: Delivery) => Delivery): boolean {
    this.#replace = replace;
    return true;
  }

  /** Ends the step with the last delivery. Returns the next one. */
  next(): Promise<Step> {
    const step = this.#waiting > 0 ? undefined : this.#advance();
    if (step !== undefined) return Promise.resolve(step);
    return this.#waits.next(new Promise(this.#wait));
  }

  /**
   * Acts as `next`, but returns the step itself if there is a delivery. Else
   * passes the step to `receive` later.
   */
  pull(
    receive: (step: Step | Promise<Step>) => void,
  ): Step | Promise<Step> | undefined {
    const step = this.#waiting > 0 ? undefined : this.#advance();
    if (step === undefined) this.#wait(receive);
    return step;
  }

  /** Ends the loop: `break`, `return` and an error of its body call it. */
  return(): Promise<Step> {
    return this.throw(undefined);
  }

  /** Ends the loop with a known error. */
  async throw(error: unknown): Promise<Step> {
    const isAccepting = this.#accepting !== undefined;
    await this.#subscription.fail(
      isAccepting ? undefined : this.inFlight,
      error,
    );
    return END_STEP;
  }

  /** Resolves the waiting next() with a delivery. */
  receive(delivery: Delivery): void {
    const step = this.#give(delivery);
    if (step !== undefined) this.#settle(step);
    if (this.#waiting > 0) this.#serve();
  }

  /** Finishes `received` as failed. Returns false if it is not in flight. */
  reject(received: Delivery, error: unknown, attempts?: number): boolean {
    const delivery = this.inFlight;
    if (delivery === undefined || this.#accepting !== undefined) return false;
    if ((this.#received ?? delivery) !== received) return false;
    this.inFlight = this.#received = undefined;
    this.#subscription.refuse(delivery, error, attempts);
    return true;
  }

  /** Ends all waiting next(). */
  end(): void {
    while (this.#waiting > 0) this.#settle(END_STEP);
  }

  /** Ends at once. Returns its unfinished delivery. */
  leave(): Delivery | undefined {
    const unfinished = this.inFlight;
    this.inFlight = this.#accepting = undefined;
    this.end();
    return unfinished;
  }

  #advance(): Step | Promise<Step> | undefined {
    const finished = this.inFlight;
    if (finished !== undefined) {
      this.inFlight = this.#received = undefined;
      this.#subscription.onDone?.(finished);
      const changed = this.#inspect(finished, true);
      if (changed) return changed;
    }
    return this.#take();
  }

  /**
   * Returns the next step, or undefined if it must wait. It loops because any
   * number of deliveries may be rejected in a row.
   */
  #take(): Step | Promise<Step> | undefined {
    for (;;) {
      if (this.#subscription.left) return END;
      const delivery = this.#queue.shift();
      if (delivery === undefined) return this.#queue.closed ? END : undefined;
      const step = this.#inspect(delivery, false) ?? this.#give(delivery);
      if (step !== undefined || this.#accepting !== undefined) return step;
    }
  }

  /**
   * Returns the step with `delivery`, or undefined if it is rejected or still
   * being checked.
   */
  #give(delivery: Delivery): Step | Promise<Step> | undefined {
    this.inFlight = delivery;
    this.#queue.taken++;
    return this.#subscription.accept === undefined &&
        this.#replace === undefined
      ? stepWith(delivery)
      : this.#giveAccepted(delivery);
  }

  #giveAccepted(delivery: Delivery): Step | Promise<Step> | undefined {
    const { accept } = this.#subscription;
    if (accept === undefined) return this.#stepInFlight(delivery, delivery);
    let accepted: Delivery | Promise<Delivery>;
    try {
      accepted = accept(delivery);
    } catch (error) {
      return this.#refuse(delivery, error);
    }
    if (accepted instanceof Promise) {
      this.#accepting = delivery;
      this.#awaitAccept(delivery, accepted);
      return undefined;
    }
    // `accept` may have closed the subscription.
    if (this.#subscription.left) return END;
    return this.#stepInFlight(delivery, accepted);
  }

  /** Returns the step with the delivery in flight, as it was accepted. */
  #stepInFlight(delivery: Delivery, accepted: Delivery): Step {
    const received = this.#replace?.(accepted) ?? accepted;
    if (received !== delivery) this.#received = received;
    return stepWith(received);
  }

  async #awaitAccept(
    delivery: Delivery,
    accepting: Promise<Delivery>,
  ): Promise<void> {
    let step: Step | Promise<Step> | undefined;
    try {
      const accepted = await accepting;
      // Otherwise the loop was left, and put it back.
      if (this.inFlight === delivery) {
        step = this.#stepInFlight(delivery, accepted);
      }
    } catch (error) {
      step = this.#refuse(delivery, error);
    }
    this.#accepting = undefined;
    if (step !== undefined) this.#settle(step);
    this.#serve();
  }

  #refuse(delivery: Delivery, error: unknown): Promise<Step> | undefined {
    if (this.inFlight !== delivery) return undefined;
    this.inFlight = undefined;
    this.#subscription.refuse(delivery, error);
    return this.#inspect(delivery, true);
  }

  /** Resolves waiting next() as long as there are deliveries. */
  #serve(): void {
    while (this.#waiting > 0 && this.#accepting === undefined) {
      const step = this.#advance();
      if (step !== undefined) this.#settle(step);
      else if (this.#accepting === undefined) return this.#queue.wait(this);
    }
  }

  /** Waits in the queue once, however many next() wait. */
  #wait = (resolve: (step: Step | Promise<Step>) => void): void => {
    if (this.#waiting++ > 0) {
      (this.#later ??= []).push(resolve);
    } else {
      this.#resolve = resolve;
      if (this.#accepting === undefined) this.#queue.wait(this);
    }
  };

  #settle(step: Step | Promise<Step>): void {
    const resolve = this.#resolve;
    if (resolve === undefined) return; // closed meanwhile
    this.#resolve = --this.#waiting > 0 ? this.#later!.shift() : undefined;
    resolve(step);
  }

  #inspect(delivery: Delivery, handedOut: boolean): Promise<Step> | undefined {
    const { inspect } = this.#subscription;
    if (inspect === undefined) return undefined;
    const { pattern } = this.#subscription;
    const changed: CaryatidError | undefined = inspect(
      delivery,
      pattern,
      handedOut,
    );
    return changed && Promise.reject(changed);
  }
}

/**
 * Returns the step with `delivery`. It is made by the iterator of an array,
 * because a promise resolves 12 % faster with a step of the engine than with an
 * object literal: the engine does not look for its method `then`.
 */
function stepWith(delivery: Delivery): Step {
  return [delivery].values().next() as Step;
}
