import {
  CaryatidError,
  type HandleOptions,
  type Handler,
  type Handling,
  type Log,
  type MessageBus,
  type OpenOptions,
  type PublishOptions,
  type RequestOptions,
  type SubscribeOptions,
  type Subscription,
  validatePattern,
  validateTopic,
} from "@caryatid/sdk";
import {
  abortedError,
  checkConcurrency,
  checkSubscribeOptions,
  checkTimeout,
  Deadlines,
  paced,
  randomId,
  turnTime,
} from "@caryatid/sdk/bus";
import { encode } from "../codec/mod.ts";
import { withEncoded } from "../codec/encode.ts";
import { ClosedHandling, ClosedSubscription } from "../buses/closed.ts";
import { ConsumingSide } from "./consuming_side.ts";
import type { DeadLetters } from "./dead_letters.ts";
import { sendableHeaders } from "./headers.ts";
import { Link } from "./link.ts";
import { linkOptions } from "./link_options.ts";
import { type Names, namesOf } from "./names.ts";
import { Publisher } from "./publisher.ts";
import type { RabbitMqSettings } from "./settings.ts";
import { untilAborted } from "../until_aborted.ts";

/** How long what is on its way may take when the bus is closed, in milliseconds. */
const CLOSE_PATIENCE = 5_000;
/** Messages outlive a broker's restart where their queue does. */
const PERSISTENT = { persistent: true, contentType: "application/cbor" };

/**
 * Carries messages between processes over RabbitMQ, in the wire format of Rust Caryatid.
 *
 * Mirrors the `rabbit-mq` bus of caryatid_process, with confirms, acknowledgements and recovery.
 *
 * @example In a program without a configuration
 * ```ts ignore
 * import { RabbitMqBus, rabbitMqSettings } from "@caryatid/process/rabbit-mq";
 *
 * await using bus = new RabbitMqBus(rabbitMqSettings({ exchange: "shop" }), log);
 * await bus.open();
 * await bus.publish("order.new", { total: 12 }); // resolves when the broker has it
 * ```
 */
export class RabbitMqBus implements MessageBus {
  /** Messages leave the process, groups outlive it, the broker queues. */
  readonly abilities = {
    external: true,
    durable: true,
    exactlyOnce: false,
    backPressure: "broker",
  } as const;
  readonly #settings: RabbitMqSettings;
  readonly #names: Names;
  readonly #deadlines = new Deadlines();
  readonly #origin = randomId();
  readonly #publisher: Publisher;
  readonly #side: ConsumingSide;
  readonly #publishing: Link;
  readonly #consuming: Link;
  #closing: Promise<void> | undefined;

  /** `settings` as in a configuration. Nothing is connected before `open`. */
  constructor(settings: RabbitMqSettings, log: Log) {
    this.#settings = settings;
    const names = this.#names = namesOf(settings.exchange);
    const deadlines = this.#deadlines;
    const publisher = this.#publisher = new Publisher(
      names,
      { window: settings["publish-window"], ...settings["publish-buffer"] },
      deadlines,
      log,
    );
    const side = this.#side = new ConsumingSide({
      names,
      settings,
      publisher,
      deadlines,
      origin: this.#origin,
      log,
    });
    const link = linkOptions(settings, log);
    this.#publishing = new Link({ ...link, name: "publishing" }, {
      attach: async (connection) => {
        // First: what waits to be published may be dead letters.
        await side.cemetery.declare(connection);
        await publisher.attach(connection);
      },
      detach: () => publisher.detach(),
    });
    this.#consuming = new Link({ ...link, name: "consuming" }, side);
  }

  /**
   * Connects, twice: a broker that blocks publishing stops all of a connection. Rejects with `BUS_UNAVAILABLE` when trying again
   * cannot help; by then it is disconnected for good. When `signal` fires it rejects with the reason of the last try.
   */
  async open({ signal }: OpenOptions = {}): Promise<void> {
    if (this.#closing) throw closedError("open");
    const links = [this.#publishing, this.#consuming];
    const opening = Promise.all(links.map((link) => link.open()));
    try {
      await (signal ? untilAborted(opening, signal) : opening);
    } catch (error) {
      const late = links.find(({ unopened }) => unopened)?.unopened;
      if (signal?.aborted && late) throw late;
      await this.#disconnect();
      throw error;
    }
  }

  /** What groups could not take, where `dead-letter-exchange` is set. */
  get deadLetters(): DeadLetters {
    return this.#side.deadLetters;
  }

  /** Encodes now, and resolves when the broker has confirmed. */
  publish(
    topic: string,
    message: unknown,
    options: PublishOptions = {},
  ): Promise<void> {
    return paced(this.#publish(topic, message, options));
  }

  /** Listens on a queue of its own, or of its group. */
  subscribe(pattern: string, options: SubscribeOptions = {}): Subscription {
    validatePattern(pattern);
    checkSubscribeOptions(options);
    if (this.#closing) {
      return new ClosedSubscription(
        pattern,
        closedError(`subscribe to "${pattern}"`),
      );
    }
    return this.#side.subscriptions.subscribe(pattern, options);
  }

  /** Asks a handler of ours, and where there is none, Rust's. */
  request(
    topic: string,
    message: unknown,
    options: RequestOptions = {},
  ): Promise<unknown> {
    try {
      if (this.#closing) throw closedError(`request on "${topic}"`);
      validateTopic(topic);
      const { requester } = this.#side;
      const body = this.#encode(topic, message);
      const { headers } = options;
      const sendable = headers
        ? { ...options, headers: sendableHeaders(topic, headers) }
        : options;
      return paced(requester.request(topic, message, body, sendable));
    } catch (error) {
      return Promise.reject(error);
    }
  }

  /** Answers on the queue that the handlings of this pattern share, in all processes. */
  handle(
    pattern: string,
    handler: Handler,
    options: HandleOptions = {},
  ): Handling {
    validatePattern(pattern);
    checkConcurrency(options);
    return this.#closing
      ? new ClosedHandling(pattern, closedError(`handle "${pattern}"`))
      : this.#side.responder.handle(pattern, handler, options);
  }

  /** Rejects what waits for an answer, waits for confirms, disconnects. */
  close(): Promise<void> {
    return this.#closing ??= this.#close();
  }

  /** As `close`. */
  [Symbol.asyncDispose](): Promise<void> {
    return this.close();
  }

  async #publish(
    topic: string,
    message: unknown,
    options: PublishOptions,
  ): Promise<void> {
    if (this.#closing) throw closedError(`publish on "${topic}"`);
    validateTopic(topic);
    const timeout = checkTimeout(options.timeout, Infinity);
    if (options.signal?.aborted) {
      throw abortedError(`publish on "${topic}"`, options.signal);
    }
    const refusal = this.#publisher.refusal(topic, 0);
    if (refusal) throw refusal;
    const { headers } = options;
    const envelope = {
      exchange: this.#names.front,
      key: topic,
      properties: {
        ...PERSISTENT,
        appId: this.#origin,
        timestamp: Math.floor(turnTime() / 1000),
        messageId: options.id ?? randomId(),
        ...(headers && { headers: sendableHeaders(topic, headers) }),
      },
      timeout: timeout === Infinity ? undefined : timeout,
      signal: options.signal,
    };
    await withEncoded(message, (written) => {
      this.#checkSize(topic, written.length);
      return this.#publisher.sendCopy(envelope, written);
    });
  }

  #encode(topic: string, message: unknown): Uint8Array {
    const body = encode(message);
    this.#checkSize(topic, body.length);
    return body;
  }

  #checkSize(topic: string, size: number): void {
    const most = this.#settings["max-message-size"];
    if (size <= most) return;
    throw new CaryatidError(
      "MESSAGE_TOO_LARGE",
      `Cannot send on "${topic}": found ${size} bytes, ` +
        `wanted at most ${most}`,
      { hint: "max-message-size of the bus, and the broker's own limit" },
    );
  }

  async #close(): Promise<void> {
    const error = closedError("go on");
    this.#side.requester.abandon(error);
    // Set by the caller when this returns; what follows is asynchronous.
    if (!await this.#consuming.answers()) await this.#consuming.close();
    await this.#side.end(error);
    await this.#publisher.idle(CLOSE_PATIENCE);
    this.#publisher.close(error);
    await this.#disconnect();
    this.#deadlines.close();
  }

  async #disconnect(): Promise<void> {
    await Promise.all([this.#publishing.close(), this.#consuming.close()]);
  }
}

function closedError(what: string): CaryatidError {
  return new CaryatidError("BUS_CLOSED", `Cannot ${what}: the bus is closed`);
}
