import { CaryatidError, type Log } from "@caryatid/sdk";
import { type Deadlines, randomId } from "@caryatid/sdk/bus";
import type { Channel, ChannelModel, Message } from "amqplib";
import { attemptOf } from "../consume/delivery.ts";
import type { KeptHeaders } from "../consume/kept_headers.ts";
import { withChannel } from "../connection/channels.ts";
import type { Publisher } from "../publish/publisher.ts";
import { queueTypeArguments } from "../connection/queues.ts";
import type { RabbitMqSettings } from "../settings.ts";
import { answerSurvey } from "./survey.ts";

/** Headers that a dead letter has in addition to its own. */
export const HEADERS = {
  /** Topic of the first publish. */
  topic: "caryatid-topic",
  /** Number of failed attempts, and of starts as a suspect. */
  count: "caryatid-count",
  /** Code of the error. */
  code: "caryatid-code",
  /** Text of the error. */
  cause: "caryatid-cause",
  /** Time of the failure, in milliseconds since 1970. */
  time: "caryatid-time",
  /** Pattern of the group. */
  pattern: "caryatid-pattern",
} as const;

/** Wait before a dead letter is published again, in milliseconds. */
const PAUSE = 1_000;
/** Number of characters of a cause that are kept. */
const MOST_CAUSE = 1_000;
/** Number of characters of a code that are kept. */
const MOST_CODE = 200;

/** Reason for which a message is dead-lettered. */
export interface DeadLetterReason {
  readonly code: string;
  readonly cause: string;
  readonly pattern: string;
  /** Number of failed attempts, and of starts as a suspect. */
  readonly count: number;
}

/** Options of {@linkcode DeadLetterPublisher}. */
export interface DeadLetterPublisherOptions {
  readonly settings: RabbitMqSettings;
  readonly publisher: Publisher;
  readonly keptHeaders: KeptHeaders;
  readonly deadlines: Deadlines;
  readonly log: Log;
}

/**
 * Publishes messages that a group cannot handle to the dead-letter exchange.
 * Without one they are only logged.
 */
export class DeadLetterPublisher {
  /** Number of dead letters that the broker has confirmed. */
  deadLettered = 0;
  readonly #options: DeadLetterPublisherOptions;
  #connection: ChannelModel | undefined;
  /** True since a group has subscribed. */
  #needed = false;

  /** Declares nothing yet. */
  constructor(options: DeadLetterPublisherOptions) {
    this.#options = options;
  }

  /**
   * Name of the dead-letter exchange and of its queue; undefined if no dead
   * letters are kept.
   */
  get exchange(): string | undefined {
    return this.#options.settings["dead-letter-exchange"];
  }

  /**
   * Declares both on a new connection, if a group of this process needs them:
   * a bus that only lists dead letters declares nothing.
   */
  async attach(connection: ChannelModel): Promise<void> {
    this.#connection = connection;
    await this.declareAgain(connection);
  }

  /** The connection is lost. */
  detach(): void {
    this.#connection = undefined;
  }

  /** Declares both if a group of this process needs them. */
  async declareAgain(connection: ChannelModel): Promise<void> {
    if (!this.#needed) return;
    await withChannel(connection, (channel) => this.declare(channel));
  }

  /** Declares both, for a group. Harmless if they exist. */
  async declare(channel: Channel): Promise<void> {
    const exchange = this.exchange;
    if (exchange === undefined) return;
    this.#needed = true;
    const { settings } = this.#options;
    await channel.assertExchange(exchange, "topic", { durable: true });
    await channel.assertQueue(exchange, {
      durable: true,
      arguments: queueTypeArguments(settings),
    });
    await channel.bindQueue(exchange, exchange, "#");
  }

  /** Answers a process that requests the dead-letter exchanges of groups. */
  answer(survey: Message): void {
    const { exchange } = this;
    if (exchange === undefined || !this.#needed) return;
    answerSurvey(survey, exchange, this.#options.publisher);
  }

  /**
   * Resolves when the broker has confirmed the dead letter. Rejects if the
   * message is no longer `ours`, or when the bus is closed.
   */
  async publish(
    message: Message,
    reason: DeadLetterReason,
    ours: () => boolean,
  ): Promise<void> {
    const { log, keptHeaders } = this.#options;
    const topic = attemptOf(message)?.topic ?? message.fields.routingKey;
    const exchange = this.exchange;
    log.error("[{code}] {outcome} a message on {topic}: {cause}", {
      ...reason,
      outcome: exchange === undefined ? "dropped" : "dead-lettered",
      topic,
      id: message.properties.messageId,
    });
    if (exchange === undefined) return;
    const headers = {
      ...keptHeaders.of(message, topic),
      ...headersOf(topic, reason),
    };
    for (;;) {
      try {
        if (await this.#send(exchange, topic, message, headers)) {
          this.deadLettered++;
          return;
        }
        // The dead-letter queue was deleted.
        if (this.#connection) await this.declareAgain(this.#connection);
      } catch (error) {
        const { code, message: cause } = error as CaryatidError;
        if (code === "BUS_CLOSED" || !ours()) throw error;
        log.warn("cannot keep a dead letter on {topic}: {cause}", {
          topic,
          cause,
        });
      }
      await this.#pause();
      if (!ours()) throw goneError(topic);
    }
  }

  /** Resolves with true if the queue took the message. */
  #send(
    exchange: string,
    topic: string,
    { content, properties }: Message,
    headers: Record<string, unknown>,
  ): Promise<boolean> {
    const { messageId, timestamp, contentType, appId } = properties;
    return this.#options.publisher.send({
      exchange,
      key: topic,
      body: content,
      properties: {
        persistent: true,
        mandatory: true,
        messageId: messageId ?? randomId(),
        timestamp,
        contentType,
        appId,
        headers,
      },
    });
  }

  #pause(): Promise<void> {
    const { promise, resolve } = Promise.withResolvers<void>();
    this.#options.deadlines.add(PAUSE, resolve);
    return promise;
  }
}

function headersOf(
  topic: string,
  { code, cause, pattern, count }: DeadLetterReason,
): Record<string, string | number> {
  return {
    [HEADERS.topic]: topic,
    [HEADERS.code]: code.slice(0, MOST_CODE),
    [HEADERS.cause]: cause.slice(0, MOST_CAUSE),
    [HEADERS.pattern]: pattern,
    [HEADERS.count]: count,
    [HEADERS.time]: Date.now(),
  };
}

function goneError(topic: string): CaryatidError {
  return new CaryatidError(
    "BUS_UNAVAILABLE",
    `Cannot keep a dead letter on "${topic}": its connection is gone`,
  );
}
