import type { Log } from "@caryatid/sdk";
import { randomId } from "@caryatid/sdk/bus";
import type { ChannelModel, Message } from "amqplib";
import { type Channels, withChannel } from "./channels.ts";
import { Consumer } from "./consumer.ts";
import type { Names } from "./names.ts";
import type { Publisher } from "./publisher.ts";
import { declareFanoutQueue } from "./queues.ts";
import { checkAlive, declareAlive, declareTopology } from "./topology.ts";

/** What a {@linkcode TopologyWatch} is made of. */
export interface TopologyWatchOptions {
  readonly names: Names;
  readonly publisher: Publisher;
  /** Milliseconds between looks. */
  readonly interval: number;
  /** Binds every queue of this bus again. Harmless to those that are bound. */
  readonly rebind: () => Promise<void>;
  readonly log: Log;
}

/**
 * Notices when somebody deletes the shared exchange: RabbitMQ tells nobody, confirms what is published, and no queue is bound any
 * more. Then it declares all again, and tells the other processes to bind their queues, too.
 */
export class TopologyWatch {
  readonly #options: TopologyWatchOptions;
  readonly #id = randomId();
  readonly #renewals: Consumer;
  #connection: ChannelModel | undefined;
  #timer: ReturnType<typeof setTimeout> | undefined;
  #rebinding = false;
  #wanted = false;
  /** What was wrong at the last look. */
  #trouble: string | undefined;

  /** Looks at nothing yet. */
  constructor(options: TopologyWatchOptions) {
    this.#options = options;
    this.#renewals = new Consumer({
      pattern: "renewed exchanges",
      prefetch: 1,
      declare: (channel, queue) =>
        declareFanoutQueue(channel, options.names.renewed, queue),
      onMessage: (message) => this.#renewed(message),
      onInterrupted: () => {},
      log: options.log,
    });
  }

  /** Declares the exchanges on a new connection. What it throws is why that cannot be. */
  async attach(connection: ChannelModel, channels: Channels): Promise<void> {
    const isAlive = await this.#isAlive(connection);
    await this.#declareAll(connection);
    if (!isAlive) this.#tell();
    await this.#renewals.attach(channels);
    this.#connection = connection;
    this.#plan(connection);
  }

  /** The connection is gone. */
  detach(): void {
    this.#connection = undefined;
    clearTimeout(this.#timer);
    this.#renewals.detach();
  }

  /** Looks no more. */
  async end(): Promise<void> {
    this.#connection = undefined;
    clearTimeout(this.#timer);
    await this.#renewals.close();
  }

  #plan(connection: ChannelModel): void {
    this.#timer = setTimeout(
      () => this.#look(connection),
      this.#options.interval,
    );
  }

  async #look(connection: ChannelModel): Promise<void> {
    const { names, log } = this.#options;
    try {
      if (!await this.#isAlive(connection)) {
        await this.#declareAll(connection);
        log.warn(
          'the exchange "{exchange}" was deleted: declared and bound again; ' +
            "what was published meanwhile may not have been heard",
          { exchange: names.shared },
        );
        await this.#rebind();
        this.#tell();
      }
      this.#trouble = undefined;
    } catch (error) {
      if (connection === this.#connection) this.#complain(error as Error);
    }
    if (connection === this.#connection) this.#plan(connection);
  }

  /** Once for each cause: it stays until somebody mends it. */
  #complain({ message }: Error): void {
    if (message === this.#trouble) return;
    this.#trouble = message;
    const { names, log } = this.#options;
    log.error('cannot declare the exchange "{exchange}" again: {cause}', {
      exchange: names.shared,
      cause: message,
    });
  }

  #isAlive(connection: ChannelModel): Promise<boolean> {
    const { names } = this.#options;
    return withChannel(connection, (channel) => checkAlive(channel, names));
  }

  #declareAll(connection: ChannelModel): Promise<void> {
    const { names } = this.#options;
    return withChannel(connection, async (channel) => {
      await declareTopology(channel, names);
      await declareAlive(channel, names);
    });
  }

  #tell(): void {
    this.#options.publisher.tellRenewed(this.#id);
  }

  #renewed(message: Message): void {
    this.#renewals.done(message);
    if (message.properties.appId !== this.#id) this.#rebind();
  }

  /** Many processes may call at once, as after a restart of the broker: that is bound again once more, not many times. */
  async #rebind(): Promise<void> {
    this.#wanted = true;
    if (this.#rebinding) return;
    this.#rebinding = true;
    while (this.#wanted) {
      this.#wanted = false;
      this.#options.log.debug("exchanges were declared anew: binding again");
      await this.#options.rebind();
    }
    this.#rebinding = false;
  }
}
