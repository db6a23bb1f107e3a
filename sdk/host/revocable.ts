import { HandlingLayer, SubscriptionLayer } from "../bus/layers.ts";
import type { Delivery } from "../delivery.ts";
import type { Handling } from "../handling.ts";
import type { Subscription } from "../subscription.ts";
import type { ModuleRun } from "./module_run.ts";

/**
 * Subscription of one run of a module whose code may be swapped. Once the
 * run is over, its code can no longer close the subscription.
 */
export class RevocableSubscription extends SubscriptionLayer {
  readonly #run: ModuleRun;

  /** Wraps `inner` for the code of this run. */
  constructor(inner: Subscription, run: ModuleRun) {
    super(inner);
    this.#run = run;
  }

  override get closed(): boolean {
    return this.#run.ended || super.closed;
  }

  override [Symbol.asyncIterator](): AsyncIterator<Delivery, undefined> {
    const loop = super[Symbol.asyncIterator]() as Required<
      AsyncIterator<Delivery, undefined>
    >;
    const { steps } = this.#run;
    let inFlight = false;
    const endStep = () => {
      if (inFlight) steps.end();
      inFlight = false;
    };
    return {
      next: async () => {
        endStep();
        const step = await loop.next();
        if (!step.done) steps.begin();
        inFlight = !step.done;
        return step;
      },
      // The wrapped loop comes first: the last step ends only when it is known
      // which delivery was left unfinished.
      return: () => {
        const left = loop.return();
        endStep();
        return left;
      },
      throw: (error) => {
        const left = loop.throw(error);
        endStep();
        return left;
      },
    };
  }

  override close(): Promise<void> {
    return this.#run.ended ? Promise.resolve() : super.close();
  }
}

/**
 * Handling of one run of a module whose code may be swapped. Once the run is
 * over, its code can no longer close the handling.
 */
export class RevocableHandling extends HandlingLayer {
  readonly #run: ModuleRun;

  /** Wraps `inner` for the code of this run. */
  constructor(inner: Handling, run: ModuleRun) {
    super(inner);
    this.#run = run;
  }

  override get closed(): boolean {
    return this.#run.ended || super.closed;
  }

  override close(): Promise<void> {
    return this.#run.ended ? Promise.resolve() : super.close();
  }
}
