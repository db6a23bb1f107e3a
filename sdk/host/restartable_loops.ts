import { Deadlines } from "../bus/deadlines.ts";
import { checkRetry, QUEUE_SIZE } from "../bus/options.ts";
import { type DeliveryRing, deliveryRing } from "../bus/budgeted_ring.ts";
import { Redeliveries } from "../bus/retries.ts";
import { Ring } from "../bus/collections.ts";
import {
  type LoopStep,
  LoopWaits,
  type ObservableLoop,
} from "../bus/observable_loop.ts";
import type { Log } from "../log.ts";
import type { Delivery } from "../delivery.ts";
import type {
  BusSubscribeOptions,
  ByteBudget,
  Subscription,
} from "../subscription.ts";

/** Step of a loop. */
export type Step = LoopStep;

/** The last step. */
export const END: Step = { done: true, value: undefined };

/** Changes a step when it arrives, before its promise resolves. */
type Arrive = (step: Step) => Step;

/** Wait of a loop for a delivery. */
interface Waiter {
  readonly resolve: (step: Step | Promise<Step>) => void;
  readonly arrive: Arrive;
}

/**
 * Loop over a subscription through which other loops read, one after the other
 * or at the same time.
 */
export class SharedLoop {
  readonly #subscription: Subscription;
  #loop: ObservableLoop | undefined;
  #waiters = new Ring<Waiter>();
  readonly #waits = new LoopWaits();
  /** True while the loop below looks for a step, or waits for one. */
  #pulling = false;
  /** Step that arrived when no loop waited. */
  #stashed: Step | undefined;
  readonly #given: DeliveryRing;

  /**
   * Starts the loop at the first read. Unread redeliveries are charged to
   * `budget`, if it is set.
   */
  constructor(subscription: Subscription, budget?: ByteBudget) {
    this.#subscription = subscription;
    this.#given = deliveryRing(budget);
  }

  /** Number of loops that wait for a delivery. */
  get readers(): number {
    // A delivery that `accept` checks has arrived.
    const looking = this.#pulling && this.#subscription.readers === 0;
    return Math.max(0, this.#waiters.length - (looking ? 1 : 0));
  }

  /** Number of unread redeliveries. */
  get given(): number {
    return this.#given.length;
  }

  /**
   * Resolves with the next step, as `arrive` returns it. A rejection and the
   * end by `dismiss` are not passed to `arrive`.
   */
  next(arrive: Arrive = unchanged): Promise<Step> {
    const step = this.#stashed === undefined && this.#given.length === 0
      ? this.#poll()
      : this.#due();
    if (step instanceof Promise) return step;
    if (step !== undefined) return Promise.resolve(arrive(step));
    return this.#waits.next(
      new Promise((resolve) => {
        this.#waiters.push({ resolve, arrive });
        this.#pull();
      }),
    );
  }

  /** Adds a redelivery, which does not come from the subscription. */
  give(delivery: Delivery): void {
    const waiter = this.#waiters.shift();
    if (waiter) waiter.resolve(waiter.arrive({ done: false, value: delivery }));
    else this.#given.push(delivery);
  }

  /** Forgets the unread redeliveries. */
  clearGiven(): void {
    this.#given.clear();
  }

  /**
   * Ends the step with the last delivery. The next delivery is not read, so it
   * stays unfinished.
   */
  acknowledge(): void {
    if (this.#pulling || this.#stashed) return;
    this.#loop?.next().catch(() => {}); // the loop is about to be closed
  }

  /** Leaves the loop, which closes its subscription. */
  return(): Promise<Step> {
    return this.throw(undefined);
  }

  /** Leaves the loop with a known error. */
  async throw(error: unknown): Promise<Step> {
    await (error === undefined
      ? this.#loop?.return?.()
      : this.#loop?.throw?.(error));
    return END;
  }

  /** Ends all waits. A delivery that arrives later is for the next loop. */
  dismiss(): void {
    const waiters = this.#waiters;
    this.#waiters = new Ring();
    for (let waiter; (waiter = waiters.shift());) waiter.resolve(END);
  }

  /** Returns the step that arrived when no loop waited, or a redelivery. */
  #due(): Step {
    const stashed = this.#stashed;
    this.#stashed = undefined;
    return stashed ?? { done: false, value: this.#given.shift()! };
  }

  /**
   * Reads a step that is there, without a waiter: a step then needs one promise
   * and no closures. Returns undefined if the loop must wait.
   */
  #poll(): Step | Promise<Step> | undefined {
    if (this.#pulling || this.#waiters.length > 0) return undefined;
    const step = this.#startPull();
    // `accept` may have read meanwhile.
    if (step !== undefined && this.#waiters.length > 0) this.#pullLater();
    return step;
  }

  /**
   * Reads for the first waiter. It loops because any number of deliveries may
   * be there.
   */
  #pull(): void {
    while (!this.#pulling && this.#waiters.length > 0) {
      const step = this.#startPull();
      if (step !== undefined) this.#pass(step);
    }
  }

  /** Returns the next step, or undefined if `#receive` receives it. */
  #startPull(): Step | Promise<Step> | undefined {
    const loop: ObservableLoop = this.#loop ??= this.#subscription
      [Symbol.asyncIterator]();
    this.#pulling = true;
    if (loop.pull) {
      const step = loop.pull(this.#receive);
      if (step !== undefined) this.#pulling = false;
      return step;
    }
    loop.next().then(
      this.#receive,
      (error) => this.#receive(Promise.reject(error)),
    );
    return undefined;
  }

  #receive = (step: Step | Promise<Step>): void => {
    this.#pulling = false;
    this.#pass(step);
    // Not at once: the loop below may be in the middle of its step.
    if (this.#waiters.length > 0) this.#pullLater();
  };

  #pullLater(): void {
    queueMicrotask(() => this.#pull());
  }

  #pass(step: Step | Promise<Step>): void {
    const waiter = this.#waiters.shift();
    if (step instanceof Promise) {
      // The end, or a rejection, which is the step of one loop.
      if (waiter) waiter.resolve(step);
      else step.then((end) => this.#stashed = end, () => {});
    } else if (waiter) {
      waiter.resolve(waiter.arrive(step));
    } else {
      this.#stashed = step;
    }
  }
}

function unchanged(step: Step): Step {
  return step;
}

/** Failure of a module. */
export interface Failure {
  readonly error: unknown;
}

/** Loop that was left, with its unfinished delivery. */
interface AbandonedLoop {
  /** The loop itself, in a group. */
  readonly own: AsyncIterator<Delivery> | undefined;
  readonly inFlight: Delivery | undefined;
  /** Reason, if the code that called `throw` passed it. */
  readonly failure: Failure | undefined;
}

/**
 * Loops that were just left. It is not known yet whether their module failed.
 */
export class AbandonedLoops {
  #loops: AbandonedLoop[] = [];
  #failure: Failure | undefined;

  /** True if there are any. */
  get any(): boolean {
    return this.#loops.length > 0;
  }

  /** True if the module failed. */
  get failed(): boolean {
    return this.#failure !== undefined;
  }

  /** Adds a loop. */
  add(loop: AbandonedLoop): void {
    this.#loops.push(loop);
  }

  /** Records a failure of the module. The first one counts. */
  blame(error: unknown): void {
    this.#failure ??= { error };
  }

  /** Clears the failure, because the module runs again. */
  pardon(): void {
    this.#failure = undefined;
  }

  /** Forgets all loops. */
  forget(): void {
    this.#loops = [];
  }

  /**
   * Passes the reasons on: to the bus for members of a group, else the
   * unfinished delivery to `retry`.
   */
  async passOn(
    retry: (delivery: Delivery, error: unknown) => void,
  ): Promise<void> {
    const left = this.#loops;
    this.#loops = [];
    for (const { own, inFlight, failure = this.#failure } of left) {
      if (own?.throw && failure) await own.throw(failure.error);
      else if (own) await own.return?.();
      else if (inFlight) retry(inFlight, failure?.error);
    }
  }
}

/** Options of {@linkcode RestartableRetries}. */
interface RestartableRetriesOptions {
  /** Pattern of the subscription. */
  readonly pattern: string;
  /** Options of the subscription. */
  readonly options: BusSubscribeOptions;
  /** Log for dropped messages. */
  readonly log: Log;
  /** Redelivers one. */
  readonly give: (delivery: Delivery) => void;
}

/**
 * Unfinished deliveries of a failed module, of a subscription without a group,
 * until the restarted module receives them.
 */
export class RestartableRetries {
  /** Number of dropped deliveries. */
  dropped = 0;
  readonly #options: RestartableRetriesOptions;
  readonly #deadlines = new Deadlines();
  readonly #redeliveries: Redeliveries;

  /** Starts without deliveries. */
  constructor(all: RestartableRetriesOptions) {
    this.#options = all;
    const { pattern, options, log, give } = all;
    this.#redeliveries = new Redeliveries({
      pattern,
      give,
      most: options.queueSize ?? QUEUE_SIZE,
      deadlines: this.#deadlines,
      onExhausted: (given) => {
        this.dropped++;
        log.error("[MODULE_FAILED] dropped a message on {topic}: {cause}", {
          ...given,
        });
      },
    });
  }

  /** Adds the unfinished delivery of a module that failed with `error`. */
  add(delivery: Delivery, error: unknown): void {
    const { options } = this.#options;
    const retry = checkRetry(options);
    this.#redeliveries.add(delivery, retry, error, options.budget);
  }

  /**
   * Drops the waiting deliveries and `due` more, and logs their number.
   */
  close(due: number): void {
    const lost = due + this.#redeliveries.waiting;
    this.#redeliveries.close();
    this.#deadlines.close();
    if (lost === 0) return;
    this.dropped += lost;
    const { pattern, log } = this.#options;
    log.warn(
      'dropped {count} messages of "{pattern}": the subscription was closed before their next attempt',
      { count: lost, pattern },
    );
  }
}
