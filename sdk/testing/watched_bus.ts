import { BusLayer, SubscriptionLayer } from "../bus/layers.ts";
import type { Delivery } from "../delivery.ts";
import type { HandleOptions, Handler, Handling } from "../handling.ts";
import type {
  MessageBus,
  PublishOptions,
  RequestOptions,
} from "../message_bus.ts";
import type { BusSubscribeOptions, Subscription } from "../subscription.ts";
import type { Activity } from "./activity.ts";

/**
 * Layer for a module under test. It records everything that the module waits
 * for on the bus.
 */
export class WatchedBus extends BusLayer {
  readonly #activity: Activity;

  /** Wraps `inner`. */
  constructor(inner: MessageBus, activity: Activity) {
    super(inner);
    this.#activity = activity;
  }

  override publish(
    topic: string,
    message: unknown,
    options?: PublishOptions,
  ): Promise<void> {
    return this.#activity.wait(
      `publish on "${topic}"`,
      this.inner.publish(topic, message, options),
    );
  }

  override subscribe(
    pattern: string,
    options?: BusSubscribeOptions,
  ): Subscription {
    const watched = this.#watchAccept(pattern, options);
    return new WatchedSubscription(
      this.inner.subscribe(pattern, watched),
      this.#activity,
    );
  }

  override request(
    topic: string,
    message: unknown,
    options?: RequestOptions,
  ): Promise<unknown> {
    return this.#activity.wait(
      `request on "${topic}"`,
      this.inner.request(topic, message, options),
    );
  }

  override handle(
    pattern: string,
    handler: Handler,
    options?: HandleOptions,
  ): Handling {
    const name = `the handler of "${pattern}"`;
    return this.inner.handle(
      pattern,
      (request) => this.#activity.run(name, () => handler(request)),
      options,
    );
  }

  /**
   * Records an asynchronous `accept` as work: the test does not control its
   * end.
   */
  #watchAccept(
    pattern: string,
    options: BusSubscribeOptions | undefined,
  ): BusSubscribeOptions | undefined {
    const accept = options?.accept;
    if (accept === undefined) return options;
    return {
      ...options,
      accept: (delivery) => {
        const accepted = accept(delivery);
        return accepted instanceof Promise
          ? this.#activity.run(`a check for "${pattern}"`, () => accepted)
          : accepted;
      },
    };
  }
}

/** Layer that records the waits of loops. */
class WatchedSubscription extends SubscriptionLayer {
  readonly #activity: Activity;

  constructor(inner: Subscription, activity: Activity) {
    super(inner);
    this.#activity = activity;
  }

  override [Symbol.asyncIterator](): AsyncIterator<Delivery, undefined> {
    const loop = super[Symbol.asyncIterator]();
    const next = loop.next.bind(loop);
    const what = `a delivery of "${this.pattern}"`;
    loop.next = () => this.#activity.wait(what, next());
    return loop;
  }
}
