import type { Channel, ChannelModel } from "amqplib";

/** AMQP channels that a connection gives out to one user each; RabbitMQ allows 2,047 in all, unless it is told otherwise. */
const MOST_ALONE = 1_000;

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
  readonly #mostAlone: number;
  #alone = 0;
  #shared: Promise<Channel> | undefined;

  /** Channels are opened as they are needed. */
  constructor(connection: ChannelModel) {
    this.#connection = connection;
    // Half of what the broker allows, or what is only open for a moment would find none. amqplib's types don't know it.
    const { channelMax = Infinity } = connection.connection as {
      channelMax?: number;
    };
    this.#mostAlone = Math.min(MOST_ALONE, Math.floor(channelMax / 2));
  }

  /** A channel to consume on. */
  async lease(): Promise<Lease> {
    if (this.#alone < this.#mostAlone) {
      this.#alone++;
      const channel = await this.#open(() => this.#alone--);
      return { channel, alone: true, release: () => closeChannel(channel) };
    }
    this.#shared ??= this.#openShared();
    return {
      channel: await this.#shared,
      alone: false,
      release: () => Promise.resolve(),
    };
  }

  async #openShared(): Promise<Channel> {
    const channel = await this.#open(() => this.#shared = undefined);
    channel.setMaxListeners(0);
    return channel;
  }

  /** Calls `gone` when it closes, or can't be opened. */
  async #open(gone: () => void): Promise<Channel> {
    try {
      const channel = await this.#connection.createChannel();
      // Who uses it listens as well; when nobody does any more, an error without a listener would end the process.
      channel.on("error", () => {});
      channel.on("close", gone);
      return channel;
    } catch (error) {
      gone();
      throw error;
    }
  }
}

/** Closes a channel, if it is open. amqplib's own promise never settles when the connection ends meanwhile. */
async function closeChannel(channel: Channel): Promise<void> {
  // While amqplib tells of an error it takes the channel for open still; to close it then would cost the connection.
  await Promise.resolve();
  await new Promise<void>((resolve) => {
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
