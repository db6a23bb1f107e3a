import type { Channel, ChannelModel } from "amqplib";

/** AMQP channels of its own that a connection gives out; RabbitMQ allows 2,047 in all. */
const MOST_CHANNELS = 1_000;

/** A channel, alone or shared. */
export interface Lease {
  readonly channel: Channel;
  /** Whether nobody else uses it: then several deliveries can be acknowledged at once. */
  readonly alone: boolean;
  /** Gives it back. */
  release(): Promise<void>;
}

/** Gives out the channels of one connection: one each, and a shared one when there are too many. */
export class Channels {
  readonly #connection: ChannelModel;
  #alone = 0;
  #shared: Promise<Channel> | undefined;

  /** Channels are opened as they are needed. */
  constructor(connection: ChannelModel) {
    this.#connection = connection;
  }

  /** A channel to consume on. */
  async lease(): Promise<Lease> {
    if (this.#alone < MOST_CHANNELS) {
      this.#alone++;
      const channel = await this.#connection.createChannel();
      return {
        channel,
        alone: true,
        release: async () => {
          this.#alone--;
          await closeChannel(channel);
        },
      };
    }
    this.#shared ??= this.#openShared();
    return {
      channel: await this.#shared,
      alone: false,
      release: () => Promise.resolve(),
    };
  }

  async #openShared(): Promise<Channel> {
    const channel = await this.#connection.createChannel();
    channel.setMaxListeners(0);
    channel.on("close", () => this.#shared = undefined);
    return channel;
  }
}

/** Closes a channel, if it is open. amqplib's own promise never settles when the connection ends meanwhile. */
export function closeChannel(channel: Channel): Promise<void> {
  return new Promise((resolve) => {
    channel.once("close", resolve);
    channel.close().catch(() => resolve()); // it is closed
  });
}

/** Uses a channel of its own, which an error may close. */
export async function withChannel<T>(
  connection: ChannelModel,
  use: (channel: Channel) => Promise<T>,
): Promise<T> {
  const channel = await connection.createChannel();
  channel.on("error", () => {}); // who uses it is told
  try {
    return await use(channel);
  } finally {
    await closeChannel(channel);
  }
}
