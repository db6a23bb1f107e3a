import type { Log } from "../log.ts";
import type {
  MessageBus,
  SubscribeOptions,
  Subscription,
} from "../message_bus.ts";
import { Holdings } from "./holdings.ts";
import { KeptSubscription } from "./kept_subscription.ts";

/** What {@linkcode ModuleSubscriptions} are made of. */
export interface ModuleSubscriptionsOptions {
  readonly bus: MessageBus;
  readonly log: Log;
  /** Whether they outlive a failure of the module. */
  readonly keep: boolean;
}

/** All that a module listens to. */
export class ModuleSubscriptions extends Holdings<Subscription> {
  readonly #options: ModuleSubscriptionsOptions;

  /** None yet. */
  constructor(options: ModuleSubscriptionsOptions) {
    super();
    this.#options = options;
  }

  /** Loops that wait for a delivery. */
  get readers(): number {
    let readers = 0;
    for (const subscription of this) readers += subscription.readers;
    return readers;
  }

  /** Subscribes, so that the bus hears of failures where it should. */
  open(pattern: string, options: SubscribeOptions): Subscription {
    const { bus, log, keep } = this.#options;
    const tells = options.retry !== undefined && options.group !== undefined;
    return keep || tells
      ? new KeptSubscription(bus, pattern, options, { keep, log })
      : bus.subscribe(pattern, options);
  }

  /** The module failed: a loop that was left just now was left because of that. */
  blame(error: unknown): void {
    for (const subscription of this) {
      if (subscription instanceof KeptSubscription) subscription.blame(error);
    }
  }

  /** The module's code is to be swapped: its loops end when they come back from their step. */
  finish(): void {
    for (const subscription of this) {
      if (subscription instanceof KeptSubscription) subscription.finish();
    }
  }

  /** All steps are done. */
  async handOver(): Promise<void> {
    for (const subscription of this) {
      if (subscription instanceof KeptSubscription) {
        await subscription.handOver();
      }
    }
  }

  /** Keeps them for the module's next life. */
  async keep(): Promise<void> {
    for (const subscription of this) {
      if (subscription instanceof KeptSubscription) await subscription.keep();
    }
  }

  /** Takes one that was kept out, if it is what `subscribe` with these would open. */
  release(
    pattern: string,
    options: SubscribeOptions,
  ): Subscription | undefined {
    for (const subscription of this) {
      if (
        subscription instanceof KeptSubscription &&
        subscription.serves(pattern, options)
      ) {
        this.delete(subscription);
        return subscription.resume(options);
      }
    }
    return undefined;
  }
}
