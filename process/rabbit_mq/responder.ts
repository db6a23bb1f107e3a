import {
  CaryatidError,
  type HandleOptions,
  type Handler,
  type Handling,
} from "@caryatid/sdk";
import type { Message } from "amqplib";
import type { Channels } from "./channels.ts";
import { Consumer } from "./consumer.ts";
import { OpenHandling, type ResponderOptions } from "./open_handling.ts";
import { declareFanoutQueue } from "./queues.ts";
import { Turns } from "./turns.ts";
import { WorkingRequests } from "./working_requests.ts";

/** All handlings of a bus, through its connections. */
export class Responder {
  readonly #options: ResponderOptions;
  readonly #open = new Set<OpenHandling>();
  readonly #working = new WorkingRequests();
  readonly #turns = new Turns();
  readonly #cancelled: Consumer;
  #channels: Channels | undefined;
  /** Whether it hears of cancelled requests, on this connection. */
  #hears = false;

  /** Nobody answers yet. */
  constructor(options: ResponderOptions) {
    this.#options = options;
    this.#cancelled = new Consumer({
      pattern: "cancelled requests",
      prefetch: 1_000,
      declare: (channel, queue) =>
        declareFanoutQueue(channel, options.names.cancelled, queue),
      onMessage: (message) => this.#cancel(message),
      onInterrupted: () => {},
      log: options.log,
    });
  }

  /** Answers, as soon as there is a connection. */
  handle(
    pattern: string,
    handler: Handler,
    options: HandleOptions = {},
  ): Handling {
    const handling = new OpenHandling(
      this.#options,
      this.#working,
      this.#turns,
      pattern,
      handler,
      options,
      (closed) => this.#open.delete(closed),
    );
    if (handling.closed) return handling;
    this.#open.add(handling);
    if (this.#channels) this.#begin(handling, this.#channels);
    return handling;
  }

  /** A new connection. */
  async attach(channels: Channels): Promise<void> {
    this.#channels = channels;
    if (this.#open.size === 0) return;
    await this.#hear(channels);
    await Promise.all(
      [...this.#open].map(({ consumer }) => consumer.attach(channels)),
    );
  }

  /** The connection is gone. */
  detach(): void {
    this.#channels = undefined;
    this.#hears = false;
    this.#cancelled.detach();
    for (const { consumer } of this.#open) consumer.detach();
  }

  /** Binds all queues again. */
  async rebind(): Promise<void> {
    const consumers = [...this.#open].map(({ consumer }) => consumer);
    await Promise.all(
      [this.#cancelled, ...consumers].map((consumer) => consumer.rebind()),
    );
  }

  /** Takes no further requests; those at work are finished, and answered while the connection is there. */
  async end(): Promise<void> {
    const open = [...this.#open];
    await Promise.all(open.map((handling) => handling.close()));
    await this.#cancelled.close();
  }

  async #begin(handling: OpenHandling, channels: Channels): Promise<void> {
    await this.#hear(channels);
    await handling.consumer.attach(channels);
  }

  /** Once there is a handler, and only once: the handlers may all go, and others come. */
  async #hear(channels: Channels): Promise<void> {
    if (this.#hears) return;
    this.#hears = true;
    await this.#cancelled.attach(channels);
  }

  #cancel(message: Message): void {
    this.#cancelled.done(message);
    this.#working.abandon(
      message.fields.routingKey,
      new CaryatidError("ABORTED", "nobody waits for the answer any more"),
    );
  }
}
