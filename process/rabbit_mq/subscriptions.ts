import type { SubscribeOptions, Subscription } from "@caryatid/sdk";
import type { DeliveryQueue } from "@caryatid/sdk/bus";
import type { Channels } from "./channels.ts";
import {
  OpenSubscription,
  type SubscriptionsOptions,
} from "./open_subscription.ts";

/** All subscriptions of a bus, through its connections. */
export class Subscriptions {
  readonly #options: SubscriptionsOptions;
  readonly #open = new Set<OpenSubscription>();
  #channels: Channels | undefined;

  /** Nobody listens yet. */
  constructor(options: SubscriptionsOptions) {
    this.#options = options;
  }

  /** Listens, as soon as there is a connection. */
  subscribe(pattern: string, options: SubscribeOptions): Subscription {
    const opened: OpenSubscription = new OpenSubscription(
      this.#options,
      pattern,
      options,
      (closed) => this.#open.delete(closed),
    );
    if (!opened.subscription.closed) {
      this.#open.add(opened);
      if (this.#channels) opened.consumer.attach(this.#channels);
    }
    return opened.subscription;
  }

  /** A new connection. */
  async attach(channels: Channels): Promise<void> {
    this.#channels = channels;
    this.#options.redeliveries.attach(channels);
    await Promise.all(
      [...this.#open].map(({ consumer }) => consumer.attach(channels)),
    );
  }

  /** The connection is gone. */
  detach(): void {
    this.#channels = undefined;
    this.#options.redeliveries.detach();
    for (const { consumer } of this.#open) consumer.detach();
  }

  /** Binds all queues again. */
  async rebind(): Promise<void> {
    await Promise.all([...this.#open].map(({ consumer }) => consumer.rebind()));
  }

  /** Ends all; what came already can still be read. */
  async end(error: Parameters<DeliveryQueue["end"]>[0]): Promise<void> {
    const open = [...this.#open];
    this.#open.clear();
    for (const { queue, subscription } of open) {
      queue.end(error);
      subscription.end();
    }
    await Promise.all(open.map(({ consumer }) => consumer.close()));
  }
}
