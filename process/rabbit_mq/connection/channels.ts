import type { Channel, ChannelModel } from "amqplib";
import type { Socket as NetSocket } from "node:net";
import process from "node:process";

/**
 * Maximum number of AMQP channels of a connection that are leased to one user
 * each. RabbitMQ allows 2,047 channels per connection by default.
 */
const MOST_ALONE = 1_000;

/** A channel that has one user, or is shared. */
export interface ChannelLease {
  readonly channel: Channel;
  /**
   * True if the channel has no other user. Several deliveries can then be
   * acknowledged at once.
   */
  readonly alone: boolean;
  /** Releases the channel, and closes it unless it is shared. */
  release(): Promise<void>;
}

/**
 * Leases channels of one connection. Each user gets a separate channel; when
 * too many are leased, further users share one.
 */
export class Channels {
  readonly #connection: ChannelModel;
  readonly #mostAlone: number;
  #alone = 0;
  /** Time at which the broker last sent bytes, by `performance.now()`. */
  receivedAt: number = performance.now();
  #shared: Promise<Channel> | undefined;

  /** Opens channels when they are leased. */
  constructor(connection: ChannelModel) {
    this.#connection = connection;
    const { stream } = connection.connection as { stream?: NetSocket };
    let read = 0;
    stream?.on("readable", () => {
      if (stream.bytesRead === read) return; // its end
      read = stream.bytesRead;
      this.receivedAt = performance.now();
    });
    // Half of the limit of the broker: the other half is for channels that are
    // open only briefly. The types of amqplib do not declare `channelMax`.
    const { channelMax = Infinity } = connection.connection as {
      channelMax?: number;
    };
    this.#mostAlone = Math.min(MOST_ALONE, Math.floor(channelMax / 2));
  }

  /** Returns a channel to consume on. */
  async lease(): Promise<ChannelLease> {
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

  /** Opens a separate channel for `use`, which an error may close. */
  briefly<T>(use: (channel: Channel) => Promise<T>): Promise<T> {
    return withChannel(this.#connection, use);
  }

  async #openShared(): Promise<Channel> {
    const channel = await this.#open(() => this.#shared = undefined);
    channel.setMaxListeners(0);
    return channel;
  }

  /**
   * Opens a channel. Calls `gone` when the channel closes or cannot be opened.
   */
  async #open(gone: () => void): Promise<Channel> {
    try {
      const channel = await this.#connection.createChannel();
      // Users of the channel listen as well. When they no longer do, an error
      // without this listener would end the process.
      channel.on("error", () => {});
      channel.on("close", gone);
      return channel;
    } catch (error) {
      gone();
      throw error;
    }
  }
}

/**
 * Closes a channel if it is open. Also resolves when the connection ends
 * meanwhile, unlike the promise of amqplib, which never settles then.
 */
export async function closeChannel(channel: Channel): Promise<void> {
  // While amqplib emits an error, it still takes the channel for open. Closing
  // the channel at that moment would cost the connection.
  await Promise.resolve();
  await new Promise<void>((resolve) => {
    channel.once("close", resolve);
    channel.close().catch(() => resolve()); // closed already
  });
}

/**
 * Opens a separate channel for `use`, which an error may close. Closes it
 * afterwards.
 */
export async function withChannel<T>(
  connection: ChannelModel,
  use: (channel: Channel) => Promise<T>,
): Promise<T> {
  const channel = await connection.createChannel();
  channel.on("error", () => {}); // the call that failed rejects
  try {
    return await use(channel);
  } finally {
    await closeChannel(channel);
  }
}

/**
 * `writableHighWaterMark` of the sockets of connections, in bytes. While this
 * many bytes wait, amqplib passes no more data to the socket.
 */
export const MOST_BATCHED = 256 * 1024;

/** Methods of a socket that {@linkcode WriteBatch} uses. */
interface Socket {
  cork(): void;
  uncork(): void;
  prependListener(event: "drain", then: () => void): void;
  on(event: "drain", then: () => void): void;
}

/**
 * Combines the messages that a connection sends in one turn of the event loop
 * into one write. amqplib writes each message separately, and messages of 2 KB
 * and more in two writes. Such a system call takes a third of the whole time of
 * a small message.
 */
export class WriteBatch {
  readonly #socket: Socket | undefined;
  #open = false;

  /**
   * Writes each message separately if the connection has no socket. The types
   * of amqplib do not declare the socket.
   */
  constructor(connection: ChannelModel) {
    const { stream } = connection.connection as { stream?: Socket };
    this.#socket = stream;
    // Before and after the listener of amqplib, which passes on the waiting
    // data.
    stream?.prependListener("drain", () => stream.cork());
    stream?.on("drain", () => stream.uncork());
  }

  /**
   * Delays the write of a message that was just sent to the end of this turn.
   * Messages that follow in the same turn are written with it.
   */
  hold(): void {
    if (this.#open || this.#socket === undefined) return;
    this.#open = true;
    this.#socket.cork();
    // amqplib has scheduled a tick that schedules an immediate, in which it
    // writes. The immediate below runs right after that one. If it ran before,
    // messages would be written one by one, but none would be stuck.
    process.nextTick(() => setImmediate(this.#release));
  }

  #release = (): void => {
    this.#open = false;
    this.#socket?.uncork();
  };
}
