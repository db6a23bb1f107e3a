import type { BusSubscribeOptions, Log } from "@caryatid/sdk";
import {
  type BackPressure,
  checkSubscribeOptions,
  type Deadlines,
  DeliveryQueue,
  describeFailure,
  QueueSubscription,
} from "@caryatid/sdk/bus";
import type { Channel, Message } from "amqplib";
import { setTimeout } from "node:timers/promises";
import { Deduplicator } from "../../broker/deduplicator.ts";
import { decode } from "../../codec/mod.ts";
import { declareOwnQueue } from "../connection/queues.ts";
import type { Names } from "../connection/topology.ts";
import type { DeadLetterPublisher } from "../dead_letters/publisher.ts";
import type { RabbitMqSettings } from "../settings.ts";
import { Consumer } from "./consumer.ts";
import { attemptOf, RabbitDelivery } from "./delivery.ts";
import { GroupMember } from "./group_member.ts";
import { GroupQueue } from "./group_queue.ts";
import type { RetryQueues } from "./retry_queues.ts";
import { sourceOf, SuspectPlaces } from "./suspects.ts";
import { keyOf, topicOf, WantedMessages } from "./wanted_messages.ts";

/** Messages that the broker may send ahead of acknowledgements at most. */
const MAX_PREFETCH = 65_535;

/**
 * Number of messages that a quorum queue takes back in their order. It puts
 * more than 32 returns that arrive together into one command, which has none.
 */
const ORDERED_RETURNS = 24;
/** Time in which a queue has taken them back, in milliseconds. */
const RETURN_PAUSE = 5;
/**
 * Longest wait of a stop for loops before unread messages are returned one by
 * one, in milliseconds.
 */
const SETTLE_TIME = 1_000;

/** Parts of a bus that its subscriptions share. */
export interface SharedParts {
  readonly names: Names;
  readonly settings: RabbitMqSettings;
  readonly backPressure: BackPressure;
  readonly deadlines: Deadlines;
  readonly deadLetterPublisher: DeadLetterPublisher;
  readonly retryQueues: RetryQueues;
  /**
   * Called when the queue of a group or its bindings were deleted, with the
   * time since which messages may be lost.
   */
  readonly onQueueLost: (since: number) => void;
  /** Marks the messages of this bus. */
  readonly origin: string;
  readonly log: Log;
}

/**
 * A subscription, its local queue, and the consumer of its queue at the broker.
 */
export class RabbitSubscription {
  /** The subscription of the module. */
  readonly subscription: QueueSubscription;
  /** Deliveries between the consumer and the loops. */
  readonly queue: DeliveryQueue;
  /** Consumer of the queue at the broker. */
  readonly consumer: Consumer;
  /** Redeliveries and failures, if the subscription has a group. */
  readonly member: GroupMember | undefined;
  /** The queue at the broker, if the subscription has a group. */
  readonly groupQueue: GroupQueue | undefined;
  readonly pattern: string;
  readonly group: string | undefined;
  readonly #shared: SharedParts;
  readonly #options: BusSubscribeOptions;
  readonly #deduplicator: Deduplicator<Message> | undefined;
  readonly #places: SuspectPlaces;
  readonly #wanted: WantedMessages;

  /** `release` is called when the module closes the subscription. */
  constructor(
    shared: SharedParts,
    pattern: string,
    options: BusSubscribeOptions,
    release: (closed: RabbitSubscription) => void,
  ) {
    this.pattern = pattern;
    this.group = options.group;
    this.#shared = shared;
    this.#options = options;
    this.#wanted = new WantedMessages(pattern, options, shared.origin);
    this.#deduplicator = this.#deduplicate(shared.settings["dedupe-window"]);
    if (this.#deduplicator && options.group !== undefined) {
      shared.log.warn(
        'dedupe-window does not find copies that other members of group "{group}" on "{pattern}" have handled',
        { group: options.group, pattern },
      );
    }
    const prefetch = this.#prefetch();
    const consumer = this.consumer = this.#consume(pattern, prefetch);
    this.#places = new SuspectPlaces(prefetch, (place) => {
      this.queue.push(place, undefined);
    });
    const member = this.member = options.group === undefined
      ? undefined
      : new GroupMember({
        ...shared,
        pattern,
        consumer,
        places: this.#places,
        decode: (source) => this.#decode(source),
      });
    this.groupQueue = member && new GroupQueue({
      ...shared,
      pattern,
      group: options.group!,
      consumer,
      suspects: member.suspects,
      onLost: shared.onQueueLost,
    });
    // The broker holds back messages over the prefetch, so the queue never
    // overflows.
    const queue = this.queue = new DeliveryQueue({
      pattern,
      size: Infinity,
      overflow: "wait",
      backPressure: shared.backPressure,
    });
    this.subscription = new QueueSubscription({
      queue,
      grouped: false,
      signal: options.signal,
      ready: consumer.ready,
      accept: member ? member.accept(options.accept) : options.accept,
      onDone: (delivery) => this.#done(sourceOf(delivery)),
      onRefused: (delivery, error, attempts) =>
        this.#refuse(sourceOf(delivery), error, attempts),
      onFailed: member?.failed(options),
      release: async () => {
        release(this);
        queue.close();
        await consumer.stop();
        await member?.leave();
        await consumer.close();
      },
    });
  }

  /**
   * Cancels the consumer and returns unread messages to the queue of the group,
   * in their order. The private queue of a subscription without a group ends
   * with its process, and with it the unread messages.
   */
  async stopIntake(): Promise<void> {
    await this.consumer.stop();
    this.#places.clear();
    const unread: Message[] = [];
    for (let next = this.queue.shift(); next; next = this.queue.shift()) {
      const source = sourceOf(next);
      if (source) unread.push(source);
    }
    // The end of the channel returns all of them at once. It must not return
    // those that loops are working on.
    if (await this.#settledExcept(unread.length)) {
      return await this.consumer.close();
    }
    for (const [i, source] of unread.entries()) {
      this.consumer.return(source);
      if (i % ORDERED_RETURNS === 0) await setTimeout(RETURN_PAUSE);
    }
  }

  /** Binds the queue again, and reports if a group has lost its bindings. */
  async rebind(): Promise<void> {
    await this.consumer.rebind();
    await this.groupQueue?.restoreCanary();
  }

  /**
   * Resolves with true when all but `count` deliveries are settled, or with
   * false if loops take longer.
   */
  async #settledExcept(count: number): Promise<boolean> {
    const { promise: late, resolve } = Promise.withResolvers<false>();
    const deadline = this.#shared.deadlines.add(
      SETTLE_TIME,
      () => resolve(false),
    );
    const settled = this.consumer.settledExcept(count).then(() => true);
    const outcome = await Promise.race([settled, late]);
    deadline.cancel();
    return outcome;
  }

  #prefetch(): number {
    const size = this.#shared.settings["subscriber-queue-size"];
    const { queueSize } = checkSubscribeOptions(this.#options, size);
    return Math.min(queueSize, MAX_PREFETCH);
  }

  #deduplicate(window: number): Deduplicator<Message> | undefined {
    return window === 0 ? undefined : new Deduplicator({
      window,
      keyOf,
      drop: (copy) => this.consumer.done(copy),
      take: (copy) => this.#take(copy),
    });
  }

  #consume(pattern: string, prefetch: number): Consumer {
    return new Consumer({
      pattern,
      log: this.#shared.log,
      prefetch,
      declare: (channel, queue) => this.#declare(channel, pattern, queue),
      onMessage: (message) => this.#take(message),
      onInterrupted: () => this.#interrupted(),
      onHang: async () => await this.groupQueue?.recreate(),
      onDeleted: () => this.groupQueue?.reportDeleted(),
      onResumed: (interrupted) => this.member || this.#logGap(interrupted),
    });
  }

  async #declare(
    channel: Channel,
    pattern: string,
    bound?: string,
  ): Promise<string> {
    if (this.groupQueue === undefined) {
      return await declareOwnQueue(
        channel,
        this.#shared.names,
        pattern,
        bound,
      );
    }
    if (bound === undefined) return await this.groupQueue.declare(channel);
    await this.groupQueue.bind(channel);
    return bound;
  }

  /** Queues a message for the loops. */
  #take(source: Message): void {
    if (this.member?.takesOver(source)) return;
    if (!this.#wanted.includes(source)) return this.consumer.done(source);
    if (this.#deduplicator?.holds(source)) return;
    const delivery = this.#decodeWanted(source);
    if (delivery) this.queue.push(delivery, undefined);
  }

  /**
   * Decodes a suspect. Acknowledges it and returns undefined if the
   * subscription does not want the message.
   */
  #decode(source: Message): RabbitDelivery | undefined {
    if (this.#wanted.includes(source)) return this.#decodeWanted(source);
    this.consumer.done(source);
    return undefined;
  }

  #decodeWanted(source: Message): RabbitDelivery | undefined {
    try {
      const delivery = new RabbitDelivery(
        source,
        topicOf(source),
        decode(source.content),
        this.member && attemptOf(source),
      );
      // The queue does not filter, because an unwanted message must be
      // acknowledged: otherwise it would count against the prefetch.
      const { where } = this.#options;
      if (where === undefined || where(delivery)) return delivery;
      this.#done(source);
    } catch (error) {
      this.queue.dropped++;
      this.#refuse(source, error);
    }
    return undefined;
  }

  /** The broker redelivers the unfinished messages of a group. */
  #interrupted(): void {
    this.groupQueue?.interrupt();
    this.#deduplicator?.interrupt();
    if (this.member === undefined) return;
    this.#places.clear();
    for (let next = this.queue.shift(); next; next = this.queue.shift()) {
      const source = sourceOf(next);
      if (source) this.#deduplicator?.forget(source);
    }
  }

  /**
   * A private queue is deleted with its connection, so the messages of that
   * time are lost. The queue of a group stays.
   */
  #logGap(interrupted: number): void {
    this.#shared.log.warn(
      '[SUBSCRIPTION_INTERRUPTED] "{pattern}" received nothing for {ms} ms',
      { pattern: this.queue.pattern, ms: Math.round(interrupted) },
    );
  }

  #done(source: Message | undefined): void {
    if (source === undefined) return;
    this.#deduplicator?.finish(source);
    this.consumer.done(source);
  }

  /**
   * Makes a message of a group a dead letter; otherwise the message is logged
   * and dropped. `attempts` is the number of attempts of a handler that failed.
   */
  #refuse(
    source: Message | undefined,
    error: unknown,
    attempts?: number,
  ): void {
    if (source === undefined) return;
    const { code: own, message: cause } = describeFailure(error);
    const code = attempts === undefined ? own : "MODULE_FAILED";
    if (this.member) this.member.deadLetter(source, code, cause, attempts);
    else {
      const { log } = this.#shared;
      log.warn("[{code}] refused a message: {cause}", { code, cause });
      this.consumer.refuse(source);
    }
    this.#deduplicator?.forget(source);
  }
}
