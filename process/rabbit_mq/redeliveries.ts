import type { Log } from "@caryatid/sdk";
import type { Message } from "amqplib";
import type { Channels } from "./channels.ts";
import { Marks, type Redelivery } from "./marks.ts";
import type { RabbitMqSettings } from "./settings.ts";

const UNCOUNTED: Redelivery = { earlier: 0, finish() {}, leave() {} };

/**
 * Counts how often a message of a group was in somebody's hand and not finished. The broker doesn't: classic queues count nothing,
 * and all queues call redelivered what only waited, unread, beside it.
 *
 * So whoever is about to give a message out again puts a mark with its id into a queue beside that of the group, takes the mark
 * out and holds it, unacknowledged. With the process, or its connection, the broker puts the mark back, for the next one to
 * find. The messages themselves stay where they are, in order. What is given out for the first time costs nothing.
 */
export class Redeliveries {
  readonly #settings: RabbitMqSettings;
  readonly #log: Log;
  #channels: Channels | undefined;
  #marks: Promise<Marks> | undefined;
  /** One at a time: who looks through the marks holds those of others for a moment. */
  #last: Promise<unknown> = Promise.resolve();

  /** Nothing is declared before it is needed. */
  constructor(settings: RabbitMqSettings, log: Log) {
    this.#settings = settings;
    this.#log = log;
  }

  /** A new connection. */
  attach(channels: Channels): void {
    this.#channels = channels;
  }

  /** The connection is gone, and with it every mark that was held. */
  detach(): void {
    this.#channels = this.#marks = undefined;
  }

  /** `message` of `queue` is about to be given out again. Never rejects: what cannot be counted is given out all the same. */
  begin(queue: string, message: Message): Promise<Redelivery> {
    const begun = this.#last.then(() => this.#open())
      .then((marks) => marks.begin(queue, message))
      .catch((error: Error) => {
        this.#log.debug("cannot count a redelivery: {cause}", {
          cause: error.message,
        });
        return UNCOUNTED;
      });
    this.#last = begun;
    return begun;
  }

  #open(): Promise<Marks> {
    const channels = this.#channels;
    if (channels === undefined) throw new Error("there is no connection");
    return this.#marks ??= this.#lease(channels);
  }

  async #lease(channels: Channels): Promise<Marks> {
    try {
      const { channel } = await channels.lease();
      channel.on("close", () => { // the next one is opened
        if (channels === this.#channels) this.#marks = undefined;
      });
      return new Marks(channel, this.#settings);
    } catch (error) {
      if (channels === this.#channels) this.#marks = undefined;
      throw error;
    }
  }
}
