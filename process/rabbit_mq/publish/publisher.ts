import type { CaryatidError, Log } from "@caryatid/sdk";
import type { Deadlines } from "@caryatid/sdk/bus";
import type { ChannelModel } from "amqplib";
import { Bodies, Body } from "../../broker/bodies.ts";
import { PublishHistory } from "../../broker/publish_history.ts";
import { Replay } from "../../broker/replay.ts";
import type { ConnectionUser } from "../connection/link.ts";
import type { Names } from "../connection/topology.ts";
import type { PublisherLimits } from "./limits.ts";
import { Outbox } from "./outbox.ts";
import { brokersLimit, fullError, tooLargeError } from "./outgoing_message.ts";
import { Refusals } from "./refusals.ts";
import { RefusedTopics } from "./refused_topics.ts";
import { PublishChannel } from "./publish_channel.ts";
import {
  type Envelope,
  OutgoingMessage,
  type SendOptions,
} from "./outgoing_message.ts";
import { NewsSender, type TopologyNews } from "./topology_news.ts";
import { declareTopology } from "../connection/topology.ts";

/**
 * Longest wait for the subscriptions of this process after a reconnect, in
 * milliseconds.
 */
const SUBSCRIBE_PATIENCE = 5_000;

/** Bounds of the confirmed messages that are kept for a loss. */
const HISTORY_MESSAGES = 10_000;
const HISTORY_BYTES = 16 * 2 ** 20;
const HISTORY_TIME = 60_000;

/**
 * Sends messages and waits for their confirms. Keeps them during an outage, and
 * sends them again in order.
 */
export class Publisher implements ConnectionUser {
  readonly #names: Names;
  readonly #limits: PublisherLimits;
  readonly #deadlines: Deadlines;
  readonly #log: Log;
  readonly #outbox: Outbox;
  readonly #refusals: Refusals;
  readonly #describeGroups: (topic: string) => Promise<readonly string[]>;
  readonly #bodies = new Bodies();
  #sender: PublishChannel | undefined;
  /** True while messages wait for the subscriptions of this process. */
  #held = false;
  /** Size limit of the broker in bytes, once it is known. */
  #largest = Infinity;
  readonly #history = new PublishHistory<OutgoingMessage>(
    HISTORY_MESSAGES,
    HISTORY_BYTES,
  );
  readonly #news: NewsSender;
  readonly #replay: Replay;
  readonly #refusedTopics = new RefusedTopics();
  #closed: CaryatidError | undefined;
  /** Number of messages whose outcome is awaited. */
  #awaited = 0;
  #idle: (() => void) | undefined;

  /** Not connected yet. */
  constructor(
    names: Names,
    limits: PublisherLimits,
    deadlines: Deadlines,
    log: Log,
    describeGroups: (topic: string) => Promise<readonly string[]> = noGroups,
  ) {
    this.#refusals = new Refusals(deadlines, log);
    this.#describeGroups = describeGroups;
    this.#names = names;
    this.#limits = limits;
    this.#deadlines = deadlines;
    this.#log = log;
    this.#outbox = new Outbox(limits);
    this.#news = new NewsSender({
      exchange: names.renewed,
      deadlines,
      longest: HISTORY_TIME,
    });
    this.#replay = new Replay({
      messages: HISTORY_MESSAGES,
      bytes: HISTORY_BYTES,
      deadlines,
      log,
    });
  }

  /**
   * Sends a message. Resolves with false if no queue took a mandatory message,
   * otherwise with true. Rejects with `BUS_UNAVAILABLE` if there is no room to
   * keep the message or no confirm in time, with `QUEUE_FULL` if the broker
   * refuses it, `FORBIDDEN` if it refuses the topic, or with
   * `MESSAGE_TOO_LARGE`, `INVALID_OPTION`, `ABORTED` or `BUS_CLOSED`.
   */
  send(options: SendOptions): Promise<boolean> {
    const { exchange, key, body } = options;
    const refusal = this.refusal(key, body.length) ??
      this.topicRefusal(exchange, key);
    if (refusal) return Promise.reject(refusal);
    return this.#send(options, new Body(body));
  }

  /**
   * Sends a copy of `written`, as `send` does. The caller may write to
   * `written` again when this returns.
   */
  sendCopy(envelope: Envelope, written: Uint8Array): Promise<boolean> {
    const { exchange, key } = envelope;
    const refusal = this.refusal(key, written.length) ??
      this.topicRefusal(exchange, key);
    if (refusal) return Promise.reject(refusal);
    return this.#send(envelope, this.#bodies.keep(written));
  }

  /**
   * Returns the reason why a body of `size` bytes would not be sent while
   * `others` messages wait elsewhere; undefined if it would be sent. A call
   * with size 0 before the message is encoded saves that work.
   */
  refusal(key: string, size: number, others = 0): CaryatidError | undefined {
    if (this.#closed) return this.#closed;
    if (size > this.#largest) return tooLargeError(key, size, this.#largest);
    return this.#outbox.hasRoom(size, others)
      ? undefined
      : fullError(key, this.#limits);
  }

  /**
   * Returns the error of a publish on a topic that the broker has refused to
   * its user lately.
   */
  topicRefusal(exchange: string, topic: string): CaryatidError | undefined {
    return this.#refusedTopics.refusal(exchange, topic);
  }

  /** Notifies all processes that they must bind their queues again. */
  announce(news: TopologyNews): void {
    this.#news.announce(news);
  }

  /** Forgets messages that were confirmed long before `now`. */
  trimHistory(now: number): void {
    this.#history.trim(now - HISTORY_TIME);
  }

  /**
   * Publishes the messages that were confirmed since `time` again, with the
   * same ids. Logs how many could not be kept.
   */
  replay(time: number): void {
    const { messages, forgotten } = this.#history.take(time);
    if (messages.length > 0) {
      this.#log.warn(
        "publishing {count} messages again that were confirmed while exchanges or queues were lost",
        { count: messages.length },
      );
    }
    if (forgotten) {
      const ago = (time: number) => Math.round(performance.now() - time);
      this.#log.warn(
        "{count} more messages on {pattern} may be lost to groups, confirmed from {from} ms to {until} ms ago",
        {
          count: forgotten.count,
          pattern: forgotten.pattern,
          from: ago(forgotten.from),
          until: ago(forgotten.until),
        },
      );
    }
    for (const message of messages) {
      const { exchange, key, properties } = message.options;
      const body = new Uint8Array(message.bytes);
      message.release();
      this.#replay.add({
        topic: key,
        size: body.length,
        send: () => this.#send({ exchange, key, properties }, new Body(body)),
      });
    }
  }

  /**
   * Resolves when no message waits for its confirm, or after `patience`
   * milliseconds.
   */
  async idle(patience: number): Promise<void> {
    if (this.#awaited === 0) return;
    const { promise, resolve } = Promise.withResolvers<void>();
    this.#idle = resolve;
    const deadline = this.#deadlines.add(patience, resolve);
    await promise;
    deadline.cancel();
  }

  /** Rejects all messages that are not confirmed. */
  close(error: CaryatidError): void {
    this.#closed = error;
    this.detach();
    this.#outbox.drain((sending) => sending.fail(error));
    this.#replay.close(error);
  }

  /**
   * Sends on a new connection once `subscribed` resolves, so that subscriptions
   * of this process do not miss the messages that wait here.
   */
  async attach(
    connection: ChannelModel,
    subscribed?: Promise<void>,
  ): Promise<void> {
    const sender: PublishChannel = await PublishChannel.open(connection, {
      ...this.#limits,
      refusals: this.#refusals,
      describeGroups: this.#describeGroups,
      log: this.#log,
      onReady: () => this.#flush(),
      onFailed: (error) => {
        // While the channel is being opened, the caller receives the error.
        if (sender === this.#sender) this.#failed(sender, error);
      },
    });
    await declareTopology(sender.channel, this.#names);
    this.#sender = sender;
    this.#held = subscribed !== undefined;
    if (subscribed) this.#release(sender, subscribed);
    this.#news.attach(sender);
    this.#flush();
  }

  detach(): void {
    // Messages without a confirm may not have arrived. They are sent again, in
    // the same order, before the others.
    this.#outbox.putBack(this.#news.detach(this.#sender?.end() ?? []));
    this.#sender = undefined;
  }

  #send(envelope: Envelope, body: Body): Promise<boolean> {
    this.#awaited++;
    const sending = new OutgoingMessage(
      envelope,
      body,
      this.#deadlines,
      this.#ended,
    );
    this.#outbox.push(sending);
    this.#flush();
    return sending.outcome;
  }

  async #release(
    sender: PublishChannel,
    subscribed: Promise<void>,
  ): Promise<void> {
    const { promise: late, resolve } = Promise.withResolvers<void>();
    const deadline = this.#deadlines.add(SUBSCRIBE_PATIENCE, resolve);
    await Promise.race([subscribed, late]);
    deadline.cancel();
    if (sender !== this.#sender) return;
    this.#held = false;
    this.#flush();
  }

  #flush(): void {
    while (!this.#held && this.#sender?.ready) {
      const sending = this.#outbox.shift();
      if (sending === undefined) return;
      this.#refuse(sending);
      if (!sending.over) this.#sender.send(sending);
    }
  }

  /** The broker closed the channel. */
  #failed(sender: PublishChannel, error: Error): void {
    this.#log.warn("the publishing channel was closed: {cause}", {
      cause: error.message,
    });
    if (/NOT[-_]FOUND/.test(error.message)) this.#news.exchangeLost();
    this.#largest = brokersLimit(error) ?? this.#largest;
    this.#refusedTopics.add(error);
    for (const sending of sender.inFlight) this.#refuse(sending);
  }

  /** Rejects a message that the broker would refuse. */
  #refuse(sending: OutgoingMessage): void {
    const { size, options } = sending;
    const refusal = size > this.#largest
      ? tooLargeError(options.key, size, this.#largest)
      : this.topicRefusal(options.exchange, options.key);
    if (refusal) sending.fail(refusal);
  }

  #ended = (confirmed: boolean, message: OutgoingMessage): boolean => {
    if (!confirmed) this.#outbox.stale = true;
    if (--this.#awaited === 0) this.#idle?.();
    if (!confirmed || message.options.exchange !== this.#names.front) {
      return false;
    }
    this.#history.add(message);
    return true;
  };
}

function noGroups(): Promise<readonly string[]> {
  return Promise.resolve([]);
}
