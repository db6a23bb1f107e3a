import { WriteBatch } from "../connection/channels.ts";
import {
  type OutgoingMessage,
  queueFullError,
  unsendableError,
} from "./outgoing_message.ts";
import type { Refusals } from "./refusals.ts";
import type { Log } from "@caryatid/sdk";
import {
  type Channel,
  type ChannelModel,
  type ConfirmChannel,
  IllegalOperationError,
  type Message,
} from "amqplib";

/** Options of {@linkcode PublishChannel}. */
export interface PublishChannelOptions {
  /** Maximum number of messages without a confirm. */
  readonly window: number;
  /** Maximum number of bytes of their bodies; one message may exceed it. */
  readonly bytes: number;
  readonly refusals: Refusals;
  /** Describes the groups whose queues may have refused a message. */
  readonly describeGroups: (topic: string) => Promise<readonly string[]>;
  readonly log: Log;
  /** Called when the channel may be able to send again. */
  readonly onReady: () => void;
  /**
   * Called with the reason when the broker closes the channel. The messages in
   * flight are still in `inFlight`.
   */
  readonly onFailed: (error: Error) => void;
}

/** Sends on one connection and receives confirms. */
export class PublishChannel {
  readonly #channel: ConfirmChannel;
  readonly #options: PublishChannelOptions;
  readonly #writes: WriteBatch;
  readonly #inFlight = new InFlight();
  readonly #returned = new Returned();
  #blocked = false;
  #writable = true;
  #ended = false;
  /** True while it waits for its last confirms, to be opened again. */
  #renewing = false;

  private constructor(
    connection: ChannelModel,
    channel: ConfirmChannel,
    options: PublishChannelOptions,
  ) {
    this.#channel = channel;
    this.#options = options;
    this.#writes = new WriteBatch(connection);
    channel.on("error", options.onFailed);
    // Before the listener of amqplib, which calls the callback of each confirm
    // with an error: these messages are sent again, in order.
    channel.prependListener("close", () => this.#ended = true);
    // A new connection declares all objects again, since the reason of the
    // close is unknown.
    channel.on("close", () => connection.close().catch(() => {}));
    channel.on("drain", () => this.#changed(() => this.#writable = true));
    channel.on("return", ({ fields, properties }: Message) => {
      const { exchange, routingKey } = fields;
      this.#returned.add(exchange, routingKey, properties.messageId);
    });
    connection.on("blocked", () => this.#blocked = true);
    connection.on(
      "unblocked",
      () => this.#changed(() => this.#blocked = false),
    );
  }

  /** Opens a channel. */
  static async open(
    connection: ChannelModel,
    options: PublishChannelOptions,
  ): Promise<PublishChannel> {
    const channel = await connection.createConfirmChannel();
    return new PublishChannel(connection, channel, options);
  }

  /** Channel for declarations. */
  get channel(): Channel {
    return this.#channel;
  }

  /** True if the next message can be sent now. */
  get ready(): boolean {
    return !this.#ended && !this.#renewing && !this.#blocked &&
      this.#writable &&
      this.#inFlight.size < this.#options.window &&
      this.#inFlight.bytes < this.#options.bytes;
  }

  /** Messages without a confirm, in order. */
  get inFlight(): Iterable<OutgoingMessage> {
    return this.#inFlight;
  }

  /** Sends a message, which receives the outcome. */
  send(sending: OutgoingMessage): void {
    const { exchange, key, properties } = sending.options;
    this.#inFlight.add(sending);
    try {
      this.#writable = this.#channel.publish(
        exchange,
        key,
        sending.bytes, // amqplib copies the bytes into its frames in this call
        properties,
        (error) => this.#answered(sending, error),
      );
      this.#writes.hold();
    } catch (error) {
      // The connection is closing: the message is sent again on the next one.
      if (error instanceof IllegalOperationError) this.#ended = true;
      else this.#unsendable(sending, error as Error);
    }
  }

  /** Stops receiving confirms. Returns the messages to send again, in order. */
  end(): OutgoingMessage[] {
    this.#ended = true;
    return this.#inFlight.drain().filter(({ over }) => !over);
  }

  #answered(sending: OutgoingMessage, error: unknown): void {
    if (this.#ended) return;
    this.#inFlight.delete(sending);
    const { exchange, key, properties } = sending.options;
    const returned = properties.mandatory === true &&
      this.#returned.take(exchange, key, properties.messageId);
    if (error) this.#refused(sending);
    else {
      this.#options.refusals.forget(key);
      sending.succeed(!returned);
    }
    if (this.#renewing) this.#renew();
    else this.#options.onReady();
  }

  /**
   * Rejects the publish after one attempt: AMQP does not say which queue
   * refused the message, and the others have it.
   */
  #refused(sending: OutgoingMessage): void {
    const { log, refusals, describeGroups } = this.#options;
    const { key } = sending.options;
    describeGroups(key)
      .then((groups) => sending.fail(queueFullError(key, groups)));
    if (!refusals.add(key) || this.#renewing) return;
    this.#renewing = true;
    log.info(
      "the broker keeps refusing messages on {topic}: opening a new connection",
      { topic: key },
    );
  }

  /** Closes the channel after its last confirm, so that nothing is repeated. */
  #renew(): void {
    if (this.#inFlight.size > 0) return;
    this.#channel.close().catch(() => {}); // it is closing already
  }

  /** Rejects a message whose properties AMQP cannot encode. */
  #unsendable(sending: OutgoingMessage, error: Error): void {
    this.#inFlight.delete(sending);
    sending.fail(unsendableError(sending.options.key, error));
  }

  #changed(change: () => void): void {
    change();
    this.#options.onReady();
  }
}

/**
 * Messages that the broker returned because no queue took them, and has yet to
 * confirm. They are counted: one confirm may be for many messages, and several
 * messages may have the same id, for example if two groups dead-letter the same
 * message.
 */
export class Returned {
  readonly #counts = new Map<string, number>();

  /** Adds a message that the broker returned. */
  add(exchange: string, key: string, id: string | undefined): void {
    const name = nameOf(exchange, key, id);
    this.#counts.set(name, 1 + (this.#counts.get(name) ?? 0));
  }

  /**
   * Removes a message that the broker confirmed. Returns true if the broker had
   * returned it.
   */
  take(exchange: string, key: string, id: string | undefined): boolean {
    if (this.#counts.size === 0) return false;
    const name = nameOf(exchange, key, id);
    const count = this.#counts.get(name);
    if (count === undefined) return false;
    if (count === 1) this.#counts.delete(name);
    else this.#counts.set(name, count - 1);
    return true;
  }
}

function nameOf(exchange: string, key: string, id: string | undefined): string {
  return JSON.stringify([exchange, key, id]);
}

/**
 * Messages that were sent and are not confirmed yet, in the order of sending.
 */
export class InFlight {
  readonly #sendings = new Set<OutgoingMessage>();
  #bytes = 0;

  /** Number of messages. */
  get size(): number {
    return this.#sendings.size;
  }

  /** Number of bytes of their bodies. */
  get bytes(): number {
    return this.#bytes;
  }

  /** Adds a message that was sent. */
  add(sending: OutgoingMessage): void {
    this.#sendings.add(sending);
    this.#bytes += sending.size;
  }

  /** Removes a message that is settled. */
  delete(sending: OutgoingMessage): void {
    if (this.#sendings.delete(sending)) this.#bytes -= sending.size;
  }

  /** Removes and returns all messages. */
  drain(): OutgoingMessage[] {
    const all = [...this.#sendings];
    this.#sendings.clear();
    this.#bytes = 0;
    return all;
  }

  /** Iterates over the messages in the order of sending. */
  [Symbol.iterator](): IterableIterator<OutgoingMessage> {
    return this.#sendings.values();
  }
}
