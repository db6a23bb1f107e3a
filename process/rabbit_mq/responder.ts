import {
  CaryatidError,
  type HandleOptions,
  type Handler,
  type Handling,
  type Log,
} from "@caryatid/sdk";
import {
  abortedError,
  checkConcurrency,
  type Deadlines,
  describeFailure,
  HandlerPool,
  PendingRequest,
  type RemoteFailure,
  requestedTopic,
  responseTopic,
} from "@caryatid/sdk/bus";
import type { Message } from "amqplib";
import { decode, encode } from "../codec/mod.ts";
import type { Channels } from "./channels.ts";
import { Consumer } from "./consumer.ts";
import { textHeaders } from "./headers.ts";
import { type Names, UNHANDLED_HEADER } from "./names.ts";
import type { Publisher } from "./publisher.ts";
import { declareFanoutQueue, declareHandlerQueue } from "./queues.ts";
import { FAILURE } from "./requester.ts";
import type { RabbitMqSettings } from "./settings.ts";
import { Turns } from "./turns.ts";

/** What a {@linkcode Responder} is made of. */
export interface ResponderOptions {
  readonly names: Names;
  readonly settings: RabbitMqSettings;
  readonly publisher: Publisher;
  readonly deadlines: Deadlines;
  readonly log: Log;
}

/** All handlings of a bus, through its connections. */
export class Responder {
  readonly #options: ResponderOptions;
  readonly #open = new Set<OpenHandling>();
  readonly #working = new Map<string, PendingRequest>();
  readonly #turns = new Turns();
  readonly #cancelled: Consumer;
  #channels: Channels | undefined;

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
    const first = this.#open.size === 0;
    this.#open.add(handling);
    if (this.#channels) this.#begin(handling, this.#channels, first);
    return handling;
  }

  /** A new connection. */
  async attach(channels: Channels): Promise<void> {
    this.#channels = channels;
    if (this.#open.size === 0) return;
    await this.#cancelled.attach(channels);
    await Promise.all(
      [...this.#open].map(({ consumer }) => consumer.attach(channels)),
    );
  }

  /** The connection is gone. */
  detach(): void {
    this.#channels = undefined;
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

  async #begin(
    handling: OpenHandling,
    channels: Channels,
    first: boolean,
  ): Promise<void> {
    if (first) await this.#cancelled.attach(channels);
    await handling.consumer.attach(channels);
  }

  #cancel(message: Message): void {
    this.#cancelled.done(message);
    const pending = this.#working.get(message.fields.routingKey);
    pending?.abandon(
      new CaryatidError("ABORTED", "nobody waits for the answer any more"),
    );
  }
}

class OpenHandling implements Handling {
  readonly pattern: string;
  readonly consumer: Consumer;
  readonly #options: ResponderOptions;
  readonly #working: Map<string, PendingRequest>;
  readonly #turns: Turns;
  readonly #pool: HandlerPool;
  readonly #handling: Handling;
  readonly #release: (closed: OpenHandling) => void;
  readonly #ready: Promise<void>;
  #answering = 0;
  /** Whether it is closed, and the queue goes with it. */
  #last = false;
  /** Whether it consumes no more. */
  #left = false;
  #closing: Promise<void> | undefined;

  constructor(
    options: ResponderOptions,
    working: Map<string, PendingRequest>,
    turns: Turns,
    pattern: string,
    handler: Handler,
    handleOptions: HandleOptions,
    release: (closed: OpenHandling) => void,
  ) {
    this.pattern = pattern;
    this.#options = options;
    this.#working = working;
    this.#turns = turns;
    this.#release = release;
    this.#pool = new HandlerPool(pattern, options.deadlines);
    const { names, settings, log } = options;
    this.consumer = new Consumer({
      pattern,
      prefetch: checkConcurrency(handleOptions),
      declare: (channel) =>
        declareHandlerQueue(channel, names, pattern, settings),
      onMessage: (message) => this.#take(message),
      onInterrupted: () => {},
      log,
    });
    this.#handling = this.#pool.add(
      handler,
      handleOptions,
      () => void this.close(),
    );
    const { signal } = handleOptions;
    this.#ready = signal?.aborted
      ? Promise.reject(abortedError(`handle "${pattern}"`, signal))
      : this.consumer.ready;
    this.#ready.catch(() => {}); // who doesn't wait for it isn't to be killed by it
  }

  get ready(): Promise<void> {
    return this.#ready;
  }

  get running(): number {
    return this.#handling.running;
  }

  get closed(): boolean {
    return this.#closing !== undefined;
  }

  close(): Promise<void> {
    return this.#closing ??= this.#close();
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.close();
  }

  async #close(): Promise<void> {
    this.#closing = Promise.resolve();
    this.#release(this);
    // One after the other: or two that close at once would each leave the rest to the other one.
    await this.#turns.take(this.pattern, () => this.#leave());
    await this.#handling.close();
    this.#left = true;
    this.#closeWhenDone();
  }

  /** Whoever leaves last says of the requests that still wait that nobody handles them. */
  async #leave(): Promise<void> {
    const { settings } = this.#options;
    this.#last = !settings["join-rust-handlers"] &&
      await this.consumer.isAlone();
    if (this.#last) await this.consumer.takeRest((it) => this.#refuse(it));
    await this.consumer.stop();
    if (this.#last) await this.consumer.untilDeleted();
  }

  /** Not awaited: a handler may close its own handling. */
  #closeWhenDone(): void {
    if (this.#answering > 0) return;
    this.consumer.close().catch(() => {}); // gone with the connection
  }

  #take(source: Message): void {
    // On its way when this was closed: for whoever else handles the pattern.
    if (this.closed && !this.#last) return this.consumer.return(source);
    if (this.closed) {
      this.#refuse(source);
      return this.consumer.done(source);
    }
    const { routingKey, exchange } = source.fields;
    const ours = exchange === this.#options.names.requests;
    const topic = ours ? routingKey : requestedTopic(routingKey);
    if (topic === undefined) return this.consumer.refuse(source);
    this.#answering++;
    this.#answer(source, topic).finally(() => {
      this.consumer.done(source);
      this.#answering--;
      if (this.#left) this.#closeWhenDone();
    }).catch((error) =>
      this.#options.log.warn("cannot answer on {topic}: {cause}", {
        topic,
        cause: error.message,
      })
    );
  }

  async #answer(source: Message, topic: string): Promise<void> {
    const { replyTo, correlationId, headers = {} } = source.properties;
    const id = correlationId ?? source.fields.routingKey.slice(-16);
    try {
      const message = decode(source.content);
      const pending = new PendingRequest(topic, message, {
        headers: textHeaders(headers),
      }, {
        settled: () => this.#working.delete(id),
        late: () => {},
      });
      this.#working.set(id, pending);
      this.#pool.submit(pending);
      const answer = await pending.answer;
      await this.#reply(source, replyTo, id, encode(answer), undefined);
    } catch (error) {
      const failure = failureOf(error);
      if (failure && replyTo) {
        await this.#reply(source, replyTo, id, encode(failure), FAILURE);
      }
    }
  }

  #refuse(source: Message): void {
    const { replyTo, correlationId: id } = source.properties;
    if (!replyTo || !id) return; // Rust has no such answer
    const failure = { code: "NO_HANDLER", message: "its handler was closed" };
    this.#reply(source, replyTo, id, encode(failure), FAILURE, {
      [UNHANDLED_HEADER]: "1",
    }).catch(() => {}); // the requester's deadline tells it, then
  }

  async #reply(
    { fields }: Message,
    replyTo: string | undefined,
    id: string,
    body: Uint8Array,
    type: string | undefined,
    headers?: Readonly<Record<string, string>>,
  ): Promise<void> {
    const [exchange, key] = replyTo
      ? ["", replyTo]
      : [this.#options.names.front, responseTopic(fields.routingKey)!];
    await this.#options.publisher.send({
      exchange,
      key,
      body,
      properties: {
        correlationId: id,
        ...(type && { type }),
        ...(headers && { headers }),
      },
    });
  }
}

/** What the requester is told; nothing where nobody waits. */
function failureOf(error: unknown): RemoteFailure | undefined {
  if (!(error instanceof CaryatidError)) return describeFailure(error);
  if (error.code === "HANDLER_FAILED") return error.cause as RemoteFailure;
  if (error.code === "ABORTED") return undefined;
  return describeFailure(error);
}
