import {
  type Accept,
  type CaryatidError,
  type Log,
  type SubscribeOptions,
  topicMatches,
} from "@caryatid/sdk";
import {
  checkSubscribeOptions,
  DeliveryQueue,
  describeFailure,
  QueueSubscription,
  type WaitingRoom,
} from "@caryatid/sdk/bus";
import type { Delivery, Subscription } from "@caryatid/sdk";
import type { Message } from "amqplib";
import type { Channels } from "./channels.ts";
import { Consumer } from "./consumer.ts";
import { type Cemetery, countOf, topicOf } from "./dead_letters.ts";
import { SeenIds } from "./seen_ids.ts";
import { decode } from "../codec/mod.ts";
import type { Names } from "./names.ts";
import { bindable, declareGroupQueue, declareOwnQueue } from "./queues.ts";
import { RabbitDelivery } from "./rabbit_delivery.ts";
import type { RabbitMqSettings } from "./settings.ts";

/** What {@linkcode Subscriptions} are made of. */
export interface SubscriptionsOptions {
  readonly names: Names;
  readonly settings: RabbitMqSettings;
  readonly room: WaitingRoom;
  readonly cemetery: Cemetery;
  /** What this bus marks its own messages with. */
  readonly origin: string;
  readonly log: Log;
}

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
    await Promise.all(
      [...this.#open].map(({ consumer }) => consumer.attach(channels)),
    );
  }

  /** The connection is gone. */
  detach(): void {
    this.#channels = undefined;
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

/** A subscription, its queue here, and the consumer of its queue at the broker. */
class OpenSubscription {
  readonly subscription: QueueSubscription;
  readonly queue: DeliveryQueue;
  readonly consumer: Consumer;
  readonly #options: SubscriptionsOptions;
  readonly #grouped: boolean;
  readonly #finishing = new Set<Promise<void>>();
  readonly #seen: SeenIds | undefined;
  readonly #echo: ((topic: string) => boolean) | undefined;
  readonly #filter: (topic: string) => boolean;

  constructor(
    all: SubscriptionsOptions,
    pattern: string,
    options: SubscribeOptions,
    release: (closed: OpenSubscription) => void,
  ) {
    const { names, settings, room, log } = all;
    const { queueSize } = checkSubscribeOptions(
      options,
      settings["subscriber-queue-size"],
    );
    const grouped = options.group !== undefined;
    this.#options = all;
    this.#grouped = grouped;
    const window = settings["dedupe-window"];
    this.#seen = window > 0 ? new SeenIds(window) : undefined;
    this.#filter = filterOf(pattern, options);
    this.#echo = options.echo;
    this.consumer = new Consumer({
      pattern,
      log,
      prefetch: Math.min(queueSize, 65_535),
      declare: (channel, queue) =>
        grouped
          ? declareGroupQueue(channel, names, pattern, options, settings)
          : declareOwnQueue(channel, names, pattern, queue),
      onMessage: (message) => this.#take(message),
      // What a group was sent and didn't finish, the broker sends again.
      onInterrupted: () => grouped && this.queue.clear(),
      onResumed: (interrupted) => grouped || this.#tellGap(interrupted),
    });
    // The broker holds back what is over the prefetch, so it never overflows.
    this.queue = new DeliveryQueue({
      pattern,
      size: Infinity,
      overflow: "wait",
      room,
    });
    this.subscription = new QueueSubscription({
      queue: this.queue,
      grouped: false,
      signal: options.signal,
      ready: this.consumer.ready,
      accept: grouped ? firstCounted(options.accept) : options.accept,
      onDone: (delivery) => this.#done(delivery),
      onRefused: (delivery, error) =>
        this.#refused((delivery as RabbitDelivery).source, error),
      release: async () => {
        release(this);
        this.queue.close();
        // Or what was put back would be in the queue twice.
        await Promise.all(this.#finishing);
        await this.consumer.close();
      },
    });
  }

  /** What was published meanwhile went to nobody here: a queue of its own goes with its connection, that of a group stays. */
  #tellGap(interrupted: number): void {
    this.#options.log.warn(
      '[SUBSCRIPTION_INTERRUPTED] "{pattern}" heard nothing for {ms} ms',
      { pattern: this.queue.pattern, ms: Math.round(interrupted) },
    );
  }

  #take(source: Message): void {
    const topic = topicOf(source);
    if (!this.#filter(topic) || this.#isEcho(source, topic)) {
      return this.consumer.done(source);
    }
    if (this.#seen?.has(source.properties.messageId)) {
      return this.consumer.done(source);
    }
    try {
      const message = decode(source.content);
      this.queue.push(new RabbitDelivery(source, topic, message), undefined);
    } catch (error) {
      const { code, message: cause } = error as CaryatidError;
      this.#giveUp(source, code, cause);
    }
  }

  #isEcho({ properties }: Message, topic: string): boolean {
    return this.#echo !== undefined &&
      properties.appId === this.#options.origin && !this.#echo(topic);
  }

  #refused(source: Message, error: unknown): void {
    if (error === UNCOUNTED) return this.#count(source);
    const { code, message } = describeFailure(error);
    this.#putAway(source, code, message);
  }

  /**
   * Somebody may have had it in hand and not finished. A classic queue doesn't count how often, so it is put back with a count.
   * Without a place for dead letters it is never given up: nothing that was confirmed is lost.
   */
  #count(source: Message): void {
    this.queue.dropped--; // it isn't lost, though `accept` refused it
    const { cemetery, settings } = this.#options;
    const count = countOf(source) + 1;
    if (count > settings.redeliveries && cemetery.open) {
      const cause = `it was given out ${count} times, and never finished`;
      return this.#giveUp(source, "MODULE_FAILED", cause);
    }
    this.#finish(source, cemetery.putBack(source, this.consumer.queue!));
  }

  #giveUp(source: Message, code: string, cause: string): void {
    this.queue.dropped++;
    this.#putAway(source, code, cause);
  }

  /** A dead letter where somebody else could have had it, else only a line in the log. */
  #putAway(source: Message, code: string, cause: string): void {
    const death = { code, cause, pattern: this.queue.pattern };
    const { cemetery } = this.#options;
    if (this.#grouped) this.#finish(source, cemetery.bury(source, death));
    else {
      this.#options.log.warn("[{code}] refused a message: {cause}", death);
      this.consumer.refuse(source);
    }
  }

  /** Acknowledges what is safe elsewhere by then. */
  #finish(source: Message, safe: Promise<void>): void {
    const finished = safe.then(
      () => this.consumer.done(source),
      (error) =>
        // It stays unacknowledged, and comes again with the next connection.
        this.#options.log.warn("cannot put a message away: {cause}", {
          cause: error.message,
        }),
    ).finally(() => this.#finishing.delete(finished));
    this.#finishing.add(finished);
  }

  #done(delivery: Delivery): void {
    const { source } = delivery as RabbitDelivery;
    this.#seen?.add(source.properties.messageId);
    this.consumer.done(source);
  }
}

/** Why a delivery isn't handed out yet. */
const UNCOUNTED = Symbol("uncounted");

/**
 * Stops what the broker sends again just before a loop gets it, so that it is counted first. What only waits unread isn't
 * counted, however often its consumer goes away.
 */
function firstCounted(accept: Accept | undefined): Accept {
  return (delivery) => {
    if ((delivery as RabbitDelivery).source.fields.redelivered) throw UNCOUNTED;
    return accept ? accept(delivery) : delivery;
  };
}

/** What the broker sends although nobody asked for it: a binding may be wider than the pattern. */
function filterOf(
  pattern: string,
  { filter }: SubscribeOptions,
): (topic: string) => boolean {
  if (bindable(pattern) === pattern) return filter ?? (() => true);
  return (topic) => topicMatches(pattern, topic) && (filter?.(topic) ?? true);
}
