import type { Channel, Message, Replies } from "amqplib";
import type { Channels } from "../connection/channels.ts";

/** Options of {@linkcode QueueAccess}. Each returns undefined when absent. */
export interface QueueAccessOptions {
  /** Returns the channels of the connection. */
  readonly channels: () => Channels | undefined;
  /** Returns the channel on which the queue is consumed. */
  readonly channel: () => Channel | undefined;
  /** Returns the name of the queue. */
  readonly queue: () => string | undefined;
}

/** Inspects and empties the queue of a consumer at the broker. */
export class QueueAccess {
  readonly #options: QueueAccessOptions;

  /** Uses the channels of a consumer. */
  constructor(options: QueueAccessOptions) {
    this.#options = options;
  }

  /** Uses a separate channel of the consumer's connection, if there is one. */
  async withChannel(use: (channel: Channel) => Promise<void>): Promise<void> {
    await this.#options.channels()?.briefly(use);
  }

  /** True if the passive declaration `check` finds its object. */
  async exists(
    check: (channel: Channel) => Promise<unknown>,
  ): Promise<boolean> {
    let exists = false;
    await this.withChannel(async (channel) => {
      await check(channel);
      exists = true;
    }).catch(() => {}); // the channel is closed with a 404
    return exists;
  }

  /** True if no other consumer has the queue; false if that is unknown. */
  async isAlone(): Promise<boolean> {
    return (await this.#check())?.consumerCount === 1;
  }

  /** Returns the number of waiting messages; undefined if that is unknown. */
  async messages(): Promise<number | undefined> {
    return (await this.#check())?.messageCount;
  }

  /**
   * Takes all waiting messages out of the queue. For the last consumer of a
   * queue that is deleted with it.
   */
  async takeRest(use: (message: Message) => void): Promise<void> {
    const [channel, queue] = [this.#options.channel(), this.#options.queue()];
    if (channel === undefined || queue === undefined) return;
    try {
      for (;;) {
        const message = await channel.get(queue, { noAck: true });
        if (message === false) return;
        use(message);
      }
    } catch {
      // The queue is deleted with the channel, with its messages.
    }
  }

  /**
   * Resolves when the queue is deleted or has another consumer. The broker
   * confirms the end of the last consumer before it deletes the queue, and
   * messages that are published in between are lost.
   */
  async untilDeleted(): Promise<void> {
    const [channels, queue] = [this.#options.channels(), this.#options.queue()];
    if (channels === undefined || queue === undefined) return;
    try {
      const { channel, alone, release } = await channels.lease();
      if (!alone) return;
      await channel.deleteQueue(queue, { ifUnused: true }).finally(release);
    } catch {
      // The queue has another consumer now, or the connection is gone.
    }
  }

  async #check(): Promise<Replies.AssertQueue | undefined> {
    const [channel, queue] = [this.#options.channel(), this.#options.queue()];
    if (channel === undefined || queue === undefined) return undefined;
    // deleted with the channel
    return await channel.checkQueue(queue).catch(() => undefined);
  }
}
