import { CaryatidError } from "@caryatid/sdk";
import type { Channel, ChannelModel, ConfirmChannel, Message } from "amqplib";
import { closeChannel } from "./connection/channels.ts";

/** Number of messages that are moved at the same time. */
const WINDOW = 500;

/** Options of {@linkcode QueueMove}. */
export interface QueueMoveOptions {
  readonly from: string;
  readonly to: string;
  /** Fanout exchange that is bound to `to` alone: it keeps routing keys. */
  readonly via: string;
  /** True to refuse other consumers, which a quorum queue cannot. */
  readonly exclusive: boolean;
}

/**
 * Moves messages from one queue to another. A message leaves the first one when
 * the second one has confirmed it.
 */
export class QueueMove implements AsyncDisposable {
  readonly #options: QueueMoveOptions;
  readonly #reading: Channel;
  readonly #writing: ConfirmChannel;
  readonly #failure = Promise.withResolvers<never>();
  /** Messages of the first queue when the move began. */
  backlog = 0;
  /** Number of messages that have left the first queue. */
  moved = 0;
  #pending = 0;
  #failed = false;
  #progress = Promise.withResolvers<void>();
  #tag: string | undefined;

  private constructor(
    reading: Channel,
    writing: ConfirmChannel,
    options: QueueMoveOptions,
  ) {
    this.#reading = reading;
    this.#writing = writing;
    this.#options = options;
    this.#failure.promise.catch(() => {}); // thrown to the caller who waits
    for (const channel of [reading, writing]) {
      channel.on("error", (error) => this.#fail(error));
      channel.on("close", () => this.#fail(new Error("the channel is closed")));
    }
    writing.on("return", () => this.#fail(lostQueueError(options.to)));
  }

  /**
   * Begins to move.
   *
   * @throws {CaryatidError} `QUEUE_MISMATCH` if the queue has other consumers
   */
  static async open(
    connection: ChannelModel,
    options: QueueMoveOptions,
  ): Promise<QueueMove> {
    const reading = await connection.createChannel();
    const writing = await connection.createConfirmChannel();
    const move = new QueueMove(reading, writing, options);
    try {
      await move.#begin();
      return move;
    } catch (error) {
      await move[Symbol.asyncDispose]();
      throw /exclusive/.test((error as Error).message)
        ? busyError(options.from)
        : error;
    }
  }

  /** Resolves when `count` messages have been moved. */
  async past(count: number): Promise<void> {
    while (this.moved < count) await this.#next();
  }

  /** Resolves when the first queue is empty, and stops reading from it. */
  async emptied(): Promise<void> {
    const { from, exclusive } = this.#options;
    for (;;) {
      while (this.#pending > 0) await this.#next();
      const { messageCount } = await this.#reading.checkQueue(from);
      if (this.#pending === 0 && messageCount === 0) break;
    }
    // An exclusive consumer stays, so that no other one can begin.
    if (exclusive) return;
    await this.#reading.cancel(this.#tag!);
    while (this.#pending > 0) await this.#next();
    // The count of a quorum queue can be outdated; this result is current.
    for (;;) {
      const message = await this.#reading.get(from);
      if (message === false) return;
      this.#move(message);
      while (this.#pending > 0) await this.#next();
    }
  }

  /** Stops. Messages that are not confirmed return to the first queue. */
  async [Symbol.asyncDispose](): Promise<void> {
    this.#failed = true;
    for (const channel of [this.#reading, this.#writing]) {
      await closeChannel(channel);
    }
  }

  async #begin(): Promise<void> {
    const { from, exclusive } = this.#options;
    await this.#reading.prefetch(WINDOW);
    const { messageCount } = await this.#reading.checkQueue(from);
    this.backlog = messageCount;
    const consumer = await this.#reading.consume(
      from,
      (message) => {
        if (message === null) this.#fail(lostQueueError(from));
        else this.#move(message);
      },
      { exclusive },
    );
    this.#tag = consumer.consumerTag;
  }

  #move(message: Message): void {
    if (this.#failed) return;
    const { to, via } = this.#options;
    const { content, fields, properties } = message;
    const { userId: _user, clusterId: _cluster, headers = {}, ...rest } =
      properties;
    const { "x-delivery-count": _count, ...own } = headers;
    // Messages that the group itself put into the queue keep their headers.
    const isDirect = fields.exchange === "";
    this.#pending++;
    this.#writing.publish(
      isDirect ? "" : via,
      isDirect ? to : fields.routingKey,
      content,
      { ...rest, headers: own, mandatory: true },
      (error) => this.#confirmed(message, error),
    );
  }

  #confirmed(message: Message, error: Error | null): void {
    if (error) this.#fail(error);
    if (this.#failed) return;
    this.#reading.ack(message);
    this.#pending--;
    this.moved++;
    this.#progress.resolve();
    this.#progress = Promise.withResolvers();
  }

  #next(): Promise<void> {
    return Promise.race([this.#progress.promise, this.#failure.promise]);
  }

  #fail(error: Error): void {
    this.#failed = true;
    this.#failure.reject(error);
  }
}

function lostQueueError(queue: string): CaryatidError {
  return new CaryatidError(
    "BUS_UNAVAILABLE",
    `Cannot migrate: the queue "${queue}" was deleted meanwhile`,
    { hint: "Run the command again: it continues." },
  );
}

function busyError(queue: string): CaryatidError {
  return new CaryatidError(
    "QUEUE_MISMATCH",
    `Cannot migrate the queue "${queue}": found members that are connected; expected none`,
    { hint: "Stop all members of the group, and run the command again." },
  );
}
