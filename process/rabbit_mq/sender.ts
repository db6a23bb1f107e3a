import type { Log } from "@caryatid/sdk";
import type { Deadlines } from "@caryatid/sdk/bus";
import {
  type Channel,
  type ChannelModel,
  type ConfirmChannel,
  IllegalOperationError,
  type Message,
} from "amqplib";
import { InFlight } from "./in_flight.ts";
import { unsendableError } from "./publish_errors.ts";
import type { Refusals } from "./refusals.ts";
import { Returned } from "./returned.ts";
import type { Sending } from "./sending.ts";
import { WriteBatch } from "./write_batch.ts";

/** How long a message that the broker refused waits for its next try, in milliseconds. */
const REFUSED_PAUSE = 100;

/** What a {@linkcode Sender} is made of. */
export interface SenderOptions {
  /** Messages without a confirm at the same time. */
  readonly window: number;
  /** Bytes of their bodies; there may be one message more. */
  readonly bytes: number;
  readonly deadlines: Deadlines;
  readonly refusals: Refusals;
  readonly log: Log;
  /** It may be able to send again. */
  readonly onReady: () => void;
  /** The broker didn't accept that one, because a queue is full for instance. */
  readonly onRefused: (sending: Sending) => void;
  /** The broker closes the channel for this reason. What is in flight is there still. */
  readonly onFailed: (error: Error) => void;
}

/** Sends on one connection, and hears of confirms. */
export class Sender {
  readonly #channel: ConfirmChannel;
  readonly #options: SenderOptions;
  readonly #writes: WriteBatch;
  readonly #inFlight = new InFlight();
  readonly #returned = new Returned();
  #blocked = false;
  #writable = true;
  #ended = false;

  private constructor(
    connection: ChannelModel,
    channel: ConfirmChannel,
    options: SenderOptions,
  ) {
    this.#channel = channel;
    this.#options = options;
    this.#writes = new WriteBatch(connection);
    channel.on("error", options.onFailed);
    // Ahead of amqplib's own, which calls every confirm's callback with an error: they are sent again, in order.
    channel.prependListener("close", () => this.#ended = true);
    // Whatever closed it, a new connection declares anew what may be gone.
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
    options: SenderOptions,
  ): Promise<Sender> {
    const channel = await connection.createConfirmChannel();
    return new Sender(connection, channel, options);
  }

  /** To declare with. */
  get channel(): Channel {
    return this.#channel;
  }

  /** Whether the next message can go now. */
  get ready(): boolean {
    return !this.#ended && !this.#blocked && this.#writable &&
      this.#inFlight.size < this.#options.window &&
      this.#inFlight.bytes < this.#options.bytes;
  }

  /** What is sent and has no confirm yet, in order. */
  get inFlight(): Iterable<Sending> {
    return this.#inFlight;
  }

  /** Sends. The outcome is the sending's own. */
  send(sending: Sending): void {
    const { exchange, key, properties } = sending.options;
    this.#inFlight.add(sending);
    try {
      this.#writable = this.#channel.publish(
        exchange,
        key,
        sending.bytes, // amqplib copies it into its frames right here
        properties,
        (error) => this.#answered(sending, error),
      );
      this.#writes.hold();
    } catch (error) {
      // Then the connection is closing: it is sent again on the next one.
      if (error instanceof IllegalOperationError) this.#ended = true;
      else this.#unsendable(sending, error as Error);
    }
  }

  /** Hears of no more confirms, and gives what is to be sent again, in order. */
  end(): Sending[] {
    this.#ended = true;
    return this.#inFlight.drain().filter(({ over }) => !over);
  }

  #answered(sending: Sending, error: unknown): void {
    if (this.#ended) return;
    if (error) return this.#refused(sending);
    this.#inFlight.delete(sending);
    const { exchange, key, properties } = sending.options;
    this.#options.refusals.forget(key);
    const returned = properties.mandatory === true &&
      this.#returned.take(exchange, key, properties.messageId);
    sending.succeed(!returned);
    this.#options.onReady();
  }

  /** It keeps its place in flight until it is tried again. */
  #refused(sending: Sending): void {
    const { deadlines, log, refusals, onRefused } = this.#options;
    if (refusals.add(sending.options.key)) return this.#renew(sending);
    log.debug("the broker refused a message on {topic}: once more", {
      topic: sending.options.key,
    });
    deadlines.add(REFUSED_PAUSE, () => {
      if (this.#ended) return;
      this.#inFlight.delete(sending);
      onRefused(sending);
    });
  }

  #renew(sending: Sending): void {
    this.#options.log.warn(
      "the broker refuses a message on {topic} again and again, " +
        "as for a queue that is full: trying it on a new connection",
      { topic: sending.options.key },
    );
    this.#channel.close().catch(() => {}); // it is closing already
  }

  /** Its properties have no form in AMQP. */
  #unsendable(sending: Sending, error: Error): void {
    this.#inFlight.delete(sending);
    sending.fail(unsendableError(sending.options.key, error));
  }

  #changed(change: () => void): void {
    change();
    this.#options.onReady();
  }
}
