import { type Log, type SubscribeOptions, topicMatches } from "@caryatid/sdk";
import {
  checkSubscribeOptions,
  type Deadlines,
  DeliveryQueue,
  describeFailure,
  QueueSubscription,
  type WaitingRoom,
} from "@caryatid/sdk/bus";
import type { Message } from "amqplib";
import { decode } from "../codec/mod.ts";
import { attemptOf } from "./attempt.ts";
import type { Cemetery } from "./cemetery.ts";
import { Consumer } from "./consumer.ts";
import { Copies } from "./copies.ts";
import { GroupMember } from "./group_member.ts";
import type { Names } from "./names.ts";
import { bindable, declareGroupQueue, declareOwnQueue } from "./queues.ts";
import { RabbitDelivery, sourceOf } from "./rabbit_delivery.ts";
import type { Redeliveries } from "./redeliveries.ts";
import type { RabbitMqSettings } from "./settings.ts";
import type { WaitingQueues } from "./waiting_queues.ts";

/** What an {@linkcode OpenSubscription} shares with the others of its bus. */
export interface SubscriptionsOptions {
  readonly names: Names;
  readonly settings: RabbitMqSettings;
  readonly room: WaitingRoom;
  readonly deadlines: Deadlines;
  readonly cemetery: Cemetery;
  readonly waitingQueues: WaitingQueues;
  readonly redeliveries: Redeliveries;
  /** What this bus marks its own messages with. */
  readonly origin: string;
  readonly log: Log;
}

/** A subscription, its queue here, and the consumer of its queue at the broker. */
export class OpenSubscription {
  /** What its module has. */
  readonly subscription: QueueSubscription;
  /** Between the consumer and the loops. */
  readonly queue: DeliveryQueue;
  /** Of the queue at the broker. */
  readonly consumer: Consumer;
  readonly #shared: SubscriptionsOptions;
  readonly #options: SubscribeOptions;
  readonly #copies: Copies | undefined;
  readonly #member: GroupMember | undefined;
  readonly #filter: (topic: string) => boolean;

  /** `release` is called when its module closes it. */
  constructor(
    shared: SubscriptionsOptions,
    pattern: string,
    options: SubscribeOptions,
    release: (closed: OpenSubscription) => void,
  ) {
    this.#shared = shared;
    this.#options = options;
    this.#filter = filterOf(pattern, options);
    this.#copies = this.#findCopies(shared.settings["dedupe-window"]);
    const consumer = this.consumer = this.#consume(pattern);
    const member = this.#member = options.group === undefined
      ? undefined
      : new GroupMember({ ...shared, pattern, consumer });
    // The broker holds back what is over the prefetch, so it never overflows.
    const queue = this.queue = new DeliveryQueue({
      pattern,
      size: Infinity,
      overflow: "wait",
      room: shared.room,
    });
    this.subscription = new QueueSubscription({
      queue,
      grouped: false,
      signal: options.signal,
      ready: consumer.ready,
      accept: member ? member.counted(options.accept) : options.accept,
      onDone: (delivery) => this.#done(sourceOf(delivery)),
      onRefused: (delivery, error) => {
        const { code, message } = describeFailure(error);
        this.#putAway(sourceOf(delivery), code, message);
      },
      onFailed: member?.failed(options),
      release: async () => {
        release(this);
        queue.close();
        await member?.leave();
        await consumer.close();
      },
    });
  }

  #findCopies(window: number): Copies | undefined {
    return window === 0 ? undefined : new Copies({
      window,
      drop: (copy) => this.consumer.done(copy),
      take: (copy) => this.#take(copy),
    });
  }

  #consume(pattern: string): Consumer {
    const { names, settings, log } = this.#shared;
    const { group } = this.#options;
    const size = settings["subscriber-queue-size"];
    const { queueSize } = checkSubscribeOptions(this.#options, size);
    return new Consumer({
      pattern,
      log,
      prefetch: Math.min(queueSize, 65_535),
      declare: (channel, queue) =>
        group === undefined
          ? declareOwnQueue(channel, names, pattern, queue)
          : declareGroupQueue(channel, names, pattern, group, settings),
      onMessage: (message) => this.#take(message),
      onInterrupted: () => this.#interrupted(),
      onResumed: (interrupted) => this.#member || this.#tellGap(interrupted),
    });
  }

  #take(source: Message): void {
    const attempt = this.#member && attemptOf(source);
    const topic = attempt?.topic ?? source.fields.routingKey;
    if (!this.#filter(topic) || this.#isEcho(source, topic)) {
      return this.consumer.done(source);
    }
    if (this.#copies?.holds(source)) return;
    let delivery: RabbitDelivery;
    try {
      const message = decode(source.content);
      delivery = new RabbitDelivery(source, topic, message, attempt);
      if (!this.#wants(delivery)) return this.#done(source);
    } catch (error) {
      this.queue.dropped++;
      const { code, message: cause } = describeFailure(error);
      return this.#putAway(source, code, cause);
    }
    this.queue.push(delivery, undefined);
  }

  /** Not asked by the queue: what isn't wanted has to be acknowledged, or it would count against the prefetch. */
  #wants(delivery: RabbitDelivery): boolean {
    const { where } = this.#options;
    return where === undefined || where(delivery);
  }

  #isEcho({ properties }: Message, topic: string): boolean {
    const { echo } = this.#options;
    return echo !== undefined && properties.appId === this.#shared.origin &&
      !echo(topic);
  }

  /** What a group was sent and didn't finish, the broker sends again. */
  #interrupted(): void {
    this.#copies?.interrupt();
    if (this.#member === undefined) return;
    for (let next = this.queue.shift(); next; next = this.queue.shift()) {
      this.#copies?.forget(sourceOf(next));
    }
  }

  /** What was published meanwhile went to nobody here: a queue of its own goes with its connection, that of a group stays. */
  #tellGap(interrupted: number): void {
    this.#shared.log.warn(
      '[SUBSCRIPTION_INTERRUPTED] "{pattern}" heard nothing for {ms} ms',
      { pattern: this.queue.pattern, ms: Math.round(interrupted) },
    );
  }

  #done(source: Message): void {
    this.#copies?.finish(source);
    if (this.#member) this.#member.finish(source);
    else this.consumer.done(source);
  }

  /** A dead letter where somebody else could have had it, else only a line in the log. */
  #putAway(source: Message, code: string, cause: string): void {
    if (this.#member) this.#member.bury(source, code, cause);
    else {
      const { log } = this.#shared;
      log.warn("[{code}] refused a message: {cause}", { code, cause });
      this.consumer.refuse(source);
    }
    this.#copies?.forget(source);
  }
}

/** What the broker sends although nobody asked for it: a binding may be wider than the pattern. */
function filterOf(
  pattern: string,
  { filter }: SubscribeOptions,
): (topic: string) => boolean {
  if (bindable(pattern) === pattern) return filter ?? (() => true);
  return (topic) => topicMatches(pattern, topic) && (filter?.(topic) ?? true);
}
