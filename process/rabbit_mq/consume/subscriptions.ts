import {
  type BusSubscribeOptions,
  type Subscription,
  topicMatches,
} from "@caryatid/sdk";
import type { DeliveryQueue } from "@caryatid/sdk/bus";
import type { Channels } from "../connection/channels.ts";
import { mayMatchRequests } from "../connection/queues.ts";
import type { BoundQueue } from "./binding_turns.ts";
import { RabbitSubscription, type SharedParts } from "./rabbit_subscription.ts";

/**
 * Interval of checks for suspects that another member left behind, in
 * milliseconds.
 */
const SUSPECT_CHECK_INTERVAL = 2_000;

/** All subscriptions of a bus, through its connections. */
export class Subscriptions {
  readonly #options: SharedParts;
  readonly #open = new Set<RabbitSubscription>();
  #channels: Channels | undefined;
  #timer: ReturnType<typeof setInterval> | undefined;

  /** There are no subscriptions yet. */
  constructor(options: SharedParts) {
    this.#options = options;
  }

  /** Subscribes, as soon as there is a connection. */
  subscribe(pattern: string, options: BusSubscribeOptions): Subscription {
    const opened: RabbitSubscription = new RabbitSubscription(
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

  /** Consumes on a new connection. */
  async attach(channels: Channels): Promise<void> {
    this.#channels = channels;
    this.#timer ??= setInterval(
      () => this.#checkSuspects(),
      SUSPECT_CHECK_INTERVAL,
    );
    await Promise.all(
      [...this.#open].map(({ consumer }) => consumer.attach(channels)),
    );
  }

  /** The connection is lost. */
  detach(): void {
    this.#channels = undefined;
    clearInterval(this.#timer);
    this.#timer = undefined;
    for (const { consumer } of this.#open) consumer.detach();
  }

  /**
   * Describes the groups of this process that receive `topic`, with the lengths
   * of their queues.
   */
  async describeGroups(topic: string): Promise<readonly string[]> {
    const described: string[] = [];
    for (const { group, pattern, consumer } of this.#open) {
      if (group === undefined || !topicMatches(pattern, topic)) continue;
      const messages = await consumer.access.messages();
      if (messages === undefined) continue;
      described.push(`group "${group}" with ${messages} messages`);
    }
    return described;
  }

  /** Queues of all subscriptions. */
  get bound(): BoundQueue[] {
    return [...this.#open].map(({ consumer, groupQueue }) => ({
      consumer,
      canary: groupQueue,
    }));
  }

  /** True if a subscription may match requests. */
  get observes(): boolean {
    return [...this.#open].some(({ pattern }) => mayMatchRequests(pattern));
  }

  /** Binds all queues again. */
  async rebind(): Promise<void> {
    await Promise.all([...this.#open].map((open) => open.rebind()));
  }

  /**
   * Cancels all consumers and returns the messages that no loop has started.
   */
  async stopIntake(): Promise<void> {
    clearInterval(this.#timer);
    await Promise.all([...this.#open].map((open) => open.stopIntake()));
  }

  /**
   * Ends all subscriptions. Loops can still read the messages that have
   * arrived.
   */
  async end(error: Parameters<DeliveryQueue["end"]>[0]): Promise<void> {
    const open = [...this.#open];
    this.#open.clear();
    for (const { queue, subscription } of open) {
      queue.end(error);
      subscription.end();
    }
    await Promise.all(open.map(({ consumer }) => consumer.close()));
  }

  async #checkSuspects(): Promise<void> {
    for (const { member } of this.#open) {
      // deleted with the channel
      await member?.suspects.check().catch(() => {});
    }
  }
}
