import { KeyedMutex } from "../../broker/keyed_mutex.ts";
import type { Channels } from "../connection/channels.ts";
import { declareFanoutQueue } from "../connection/queues.ts";
import type { BoundQueue } from "./binding_turns.ts";
import { Consumer } from "./consumer.ts";
import { WorkingRequests } from "./working_requests.ts";
import { OpenHandling, type ResponderOptions } from "./handling.ts";
import {
  CaryatidError,
  type HandleOptions,
  type Handler,
  type Handling,
} from "@caryatid/sdk";
import type { Message } from "amqplib";

/** All handlings of a bus, through its connections. */
export class Responder {
  readonly #options: ResponderOptions;
  readonly #open = new Set<OpenHandling>();
  readonly #working = new WorkingRequests();
  readonly #turns = new KeyedMutex();
  readonly #cancelled: Consumer;
  #channels: Channels | undefined;
  /** True while it receives cancelled requests, on this connection. */
  #receivesCancelled = false;

  /** There are no handlings yet. */
  constructor(options: ResponderOptions) {
    this.#options = options;
    this.#cancelled = new Consumer({
      pattern: "cancelled requests",
      declare: (channel, queue) =>
        declareFanoutQueue(channel, options.names.cancelled, queue),
      onMessage: (message) => this.#cancel(message),
      onInterrupted: () => {},
      log: options.log,
    });
  }

  /** Handles requests as soon as there is a connection. */
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

  /** Uses a new connection. */
  async attach(channels: Channels): Promise<void> {
    this.#channels = channels;
    if (this.#open.size === 0) return;
    await this.#receiveCancelled(channels);
    await Promise.all(
      [...this.#open].map(({ consumer }) => consumer.attach(channels)),
    );
  }

  /** The connection is lost. */
  detach(): void {
    this.#channels = undefined;
    this.#receivesCancelled = false;
    this.#cancelled.detach();
    for (const { consumer } of this.#open) consumer.detach();
  }

  /** Queues of all handlings. */
  get bound(): BoundQueue[] {
    return [...this.#open].map(({ consumer }) => ({ consumer }));
  }

  /** Binds all queues again. */
  async rebind(): Promise<void> {
    const consumers = [...this.#open].map(({ consumer }) => consumer);
    await Promise.all(
      [this.#cancelled, ...consumers].map((consumer) => consumer.rebind()),
    );
  }

  /** Takes no more requests. Running handlers finish and answer. */
  async stopIntake(): Promise<void> {
    await Promise.all([...this.#open].map((handling) => handling.leave()));
  }

  /**
   * Takes no more requests. Those in flight are finished, and answered while
   * the connection exists.
   */
  async end(): Promise<void> {
    const open = [...this.#open];
    await Promise.all(open.map((handling) => handling.close()));
    await this.#cancelled.close();
  }

  async #begin(handling: OpenHandling, channels: Channels): Promise<void> {
    await this.#receiveCancelled(channels);
    await handling.consumer.attach(channels);
  }

  /** Receives cancelled requests, since the first handler of a connection. */
  async #receiveCancelled(channels: Channels): Promise<void> {
    if (this.#receivesCancelled) return;
    this.#receivesCancelled = true;
    await this.#cancelled.attach(channels);
  }

  #cancel(message: Message): void {
    this.#working.abandon(
      message.fields.routingKey,
      new CaryatidError(
        "ABORTED",
        "the requester no longer waits for the answer",
      ),
    );
  }
}
