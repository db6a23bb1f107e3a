import type { Log } from "../log.ts";
import type { MessageBus } from "../message_bus.ts";
import type { SubscribeOptions, Subscription } from "../subscription.ts";
import { OpenResources } from "./tasks.ts";
import { RestartableSubscription } from "./restartable_subscription.ts";

/** Options of {@linkcode ModuleSubscriptions}. */
export interface ModuleSubscriptionsOptions {
  readonly bus: MessageBus;
  readonly log: Log;
  /** True if they outlive a failure of the module. */
  readonly keep: boolean;
  /** Behavior of a full queue while the module is down. */
  readonly whileDown: "drop-newest" | "wait";
}

/** Subscriptions of one module. */
export class ModuleSubscriptions extends OpenResources<Subscription> {
  readonly #options: ModuleSubscriptionsOptions;

  /** Starts without subscriptions. */
  constructor(options: ModuleSubscriptionsOptions) {
    super();
    this.#options = options;
  }

  /** Number of loops that wait for a delivery. */
  get readers(): number {
    let readers = 0;
    for (const subscription of this) readers += subscription.readers;
    return readers;
  }

  /** Subscribes. The subscription passes failures to the bus if it has to. */
  open(pattern: string, options: SubscribeOptions): Subscription {
    const { bus, log, keep } = this.#options;
    const passesFailures = options.retry !== undefined &&
      options.group !== undefined;
    return keep || passesFailures
      ? new RestartableSubscription(bus, pattern, options, { keep, log })
      : bus.subscribe(pattern, options);
  }

  /**
   * Logs each subscription with queued messages. `text` has the placeholders
   * `count` and `pattern`.
   */
  logQueued(text: string): void {
    for (const { pattern, queued } of this) {
      if (queued === 0) continue;
      this.#options.log.warn(text, { count: queued, pattern });
    }
  }

  /**
   * Records a failure of the module, which is the reason of loops that were
   * just left.
   */
  blame(error: unknown): void {
    for (const subscription of this) {
      if (subscription instanceof RestartableSubscription) {
        subscription.blame(error);
      }
    }
  }

  /**
   * Ends the loops before a swap, each at the end of its step.
   */
  finish(): void {
    for (const subscription of this) {
      if (subscription instanceof RestartableSubscription) {
        subscription.finish();
      }
    }
  }

  /** Hands over after all steps have ended. */
  async handOver(): Promise<void> {
    for (const subscription of this) {
      if (subscription instanceof RestartableSubscription) {
        await subscription.handOver();
      }
    }
  }

  /** Keeps them for the module's next run. */
  async keep(): Promise<void> {
    const drops = this.#options.whileDown === "drop-newest";
    for (const subscription of this) {
      if (subscription instanceof RestartableSubscription) {
        if (drops) subscription.dropWhenFull(true);
        await subscription.keep();
      }
    }
  }

  /**
   * Removes and returns the subscription that `subscribe` with these arguments
   * would open.
   */
  release(
    pattern: string,
    options: SubscribeOptions,
  ): Subscription | undefined {
    for (const subscription of this) {
      if (
        subscription instanceof RestartableSubscription &&
        subscription.serves(pattern, options)
      ) {
        this.delete(subscription);
        return subscription.resume(options);
      }
    }
    return undefined;
  }
}
