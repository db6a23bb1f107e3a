import {
  type BusHealth,
  type BusSubscribeOptions,
  CaryatidError,
  type DeadLetters,
  type HandleOptions,
  type Handler,
  type Handling,
  type Log,
  type MessageBus,
  type OpenOptions,
  type PublishOptions,
  type RequestOptions,
  type Subscription,
  validatePattern,
  validateTopic,
} from "@caryatid/sdk";
import {
  abortedError,
  checkConcurrency,
  checkSubscribeOptions,
  checkTimeout,
  ClosedHandling,
  ClosedSubscription,
  Deadlines,
  randomId,
} from "@caryatid/sdk/bus";
import { loopTime, yieldPeriodically } from "@caryatid/sdk/internal/bus";
import { encode } from "../codec/mod.ts";
import { withEncoded } from "../codec/encode.ts";
import { ConsumingSide } from "./consume/consuming_side.ts";
import { sendableHeaders } from "./publish/encode.ts";
import { Link } from "./connection/link.ts";
import { linkOptions } from "./connection/link.ts";
import { type Names, namesOf } from "./connection/topology.ts";
import { Publisher } from "./publish/publisher.ts";
import type { RabbitMqSettings } from "./settings.ts";
import { untilAborted } from "../platform/until_aborted.ts";

/** Longest wait for confirms when the bus is closed, in milliseconds. */
const CLOSE_PATIENCE = 5_000;
/**
 * Properties of messages, which survive a restart of the broker if their queue
 * does.
 */
const PERSISTENT = { persistent: true, contentType: "application/cbor" };

/**
 * Carries messages between processes over RabbitMQ, in the wire format of Rust
 * Caryatid.
 *
 * Mirrors the `rabbit-mq` bus of caryatid_process, with confirms,
 * acknowledgements and recovery.
 *
 * @example In a program without a configuration
 * ```ts ignore
 * import { RabbitMqBus, rabbitMqSettings } from "@caryatid/process/rabbit-mq";
 *
 * const settings = rabbitMqSettings({ exchange: "shop" });
 * await using bus = new RabbitMqBus(settings, log);
 * await bus.open();
 * // Resolves when the broker has the message.
 * await bus.publish("order.new", { total: 12 });
 * ```
 */
export class RabbitMqBus implements MessageBus {
  /**
   * Abilities: messages leave the process, groups outlive it, and the broker
   * queues.
   */
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
      (topic) => this.#side.subscriptions.describeGroups(topic),
    );
    const side = this.#side = new ConsumingSide({
      names,
      settings,
      publisher,
      deadlines,
      origin: this.#origin,
      outage: () => this.#outage(),
      log,
    });
    const link = linkOptions(settings, log);
    this.#publishing = new Link({ ...link, name: "publishing" }, {
      attach: async (connection) => {
        // First, because waiting publishes may be dead letters.
        await side.deadLetterPublisher.declareAgain(connection);
        await publisher.attach(connection, side.attached);
      },
      detach: () => publisher.detach(),
    });
    this.#consuming = new Link({ ...link, name: "consuming" }, side);
  }

  /**
   * Reports the bus as connected if both connections are up and the broker does
   * not block publishing.
   */
  health(): readonly BusHealth[] {
    const reason = this.#closing
      ? "the bus is closed"
      : this.#publishing.outage ?? this.#consuming.outage;
    const { lateAnswers } = this.#side.requester;
    const { deadLettered } = this.#side.deadLetterPublisher;
    return [{
      id: "",
      connected: reason === undefined,
      ...(reason !== undefined && { reason }),
      ...(lateAnswers > 0 && { lateAnswers }),
      ...(deadLettered > 0 && { deadLettered }),
    }];
  }

  /**
   * Opens two connections, because a broker that blocks publishing stops a
   * whole connection. Rejects with `BUS_UNAVAILABLE` if a further attempt
   * cannot help; the bus is then disconnected for good. When `signal` aborts,
   * rejects with the reason of the last attempt.
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

  /**
   * Messages that groups could not handle, kept if `dead-letter-exchange` is
   * set.
   */
  get deadLetters(): DeadLetters {
    return this.#side.deadLetters;
  }

  /** Encodes the message now. Resolves when the broker has confirmed it. */
  publish(
    topic: string,
    message: unknown,
    options: PublishOptions = {},
  ): Promise<void> {
    return yieldPeriodically(this.#publish(topic, message, options));
  }

  /** Subscribes with a separate queue, or with the queue of the group. */
  subscribe(pattern: string, options: BusSubscribeOptions = {}): Subscription {
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

  /**
   * Sends a request to a handler of this implementation, or to a Rust handler
   * if none exists.
   */
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
      return yieldPeriodically(
        requester.request(topic, message, body, sendable),
      );
    } catch (error) {
      return Promise.reject(error);
    }
  }

  /**
   * Handles requests from the queue that all handlers of this pattern share, in
   * all processes.
   */
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

  /**
   * Cancels all consumers and returns the messages that no loop has started.
   * Running loops and handlers can finish, publish and answer.
   */
  async stopIntake(): Promise<void> {
    if (this.#closing) return;
    await this.#side.stopIntake();
  }

  /** Rejects pending requests, waits for confirms, and disconnects. */
  close(): Promise<void> {
    return this.#closing ??= this.#close();
  }

  /** Closes the bus, as `close` does. */
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
        timestamp: Math.floor(loopTime() / 1000),
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

  /** Returns the reason why no message can be sent or received now. */
  #outage(): CaryatidError | undefined {
    const reason = this.#publishing.outage ?? this.#consuming.outage;
    if (reason === undefined) return undefined;
    const code = this.#publishing.blocked ? "BUS_BLOCKED" : "BUS_UNAVAILABLE";
    return new CaryatidError(code, `Cannot use the broker: ${reason}`);
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
      `Cannot send on "${topic}": found ${size} bytes; ` +
        `expected at most ${most}`,
      {
        hint: "Raise max-message-size of the bus, and the broker's own limit.",
      },
    );
  }

  async #close(): Promise<void> {
    const error = closedError("complete the call");
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
