import { CaryatidError, type Log } from "@caryatid/sdk";
import { type Deadlines, randomId } from "@caryatid/sdk/bus";
import type { ChannelModel, Message } from "amqplib";
import { attemptOf, publishedHeaders } from "./attempt.ts";
import { withChannel } from "./channels.ts";
import type { Publisher } from "./publisher.ts";
import { queueTypeArguments } from "./queues.ts";
import type { RabbitMqSettings } from "./settings.ts";

/** Headers that a dead letter has beside its own. */
export const HEADERS = {
  /** The topic it was published on. */
  topic: "caryatid-topic",
  /** How often it was given out again, and never finished; after the attempts of a `retry`, how many there were. */
  count: "caryatid-count",
  /** The code of what was wrong. */
  code: "caryatid-code",
  /** What was wrong. */
  cause: "caryatid-cause",
  /** When it died: milliseconds since 1970. */
  time: "caryatid-time",
  /** Whose queue it was in. */
  pattern: "caryatid-pattern",
} as const;

/** How long a dead letter that the broker didn't take waits for the next try, in milliseconds. */
const PAUSE = 1_000;
/** Characters of a cause that are kept. */
const MOST_CAUSE = 1_000;

/** Why a message is given up. */
export interface Death {
  readonly code: string;
  readonly cause: string;
  readonly pattern: string;
  /** How often it was given out again, and never finished; after the attempts of a `retry`, how many there were. */
  readonly count: number;
}

/** What a {@linkcode Cemetery} is made of. */
export interface CemeteryOptions {
  readonly settings: RabbitMqSettings;
  readonly publisher: Publisher;
  readonly deadlines: Deadlines;
  readonly log: Log;
}

/** Where messages go that nobody can take: to the dead-letter exchange, if there is one, else only into the log. */
export class Cemetery {
  readonly #options: CemeteryOptions;
  #connection: ChannelModel | undefined;

  /** Nothing is declared yet. */
  constructor(options: CemeteryOptions) {
    this.#options = options;
  }

  /** The exchange of dead letters, and the queue of that name, if they are kept. */
  get exchange(): string | undefined {
    return this.#options.settings["dead-letter-exchange"];
  }

  /** Declares both on a new connection. */
  async attach(connection: ChannelModel): Promise<void> {
    this.#connection = connection;
    await this.declare(connection);
  }

  /** The connection is gone. */
  detach(): void {
    this.#connection = undefined;
  }

  /** Declares both. Harmless where they are. */
  async declare(connection: ChannelModel): Promise<void> {
    const exchange = this.exchange;
    if (exchange === undefined) return;
    const { settings } = this.#options;
    await withChannel(connection, async (channel) => {
      await channel.assertExchange(exchange, "topic", { durable: true });
      await channel.assertQueue(exchange, {
        durable: true,
        arguments: queueTypeArguments(channel, settings),
      });
      await channel.bindQueue(exchange, exchange, "#");
    });
  }

  /**
   * Resolves when the message is safe among the dead letters, as soon as the broker takes it; rejects when it is not `ours` to
   * give up any more, or with the bus.
   */
  async bury(
    message: Message,
    death: Death,
    ours: () => boolean,
  ): Promise<void> {
    const { log } = this.#options;
    const topic = attemptOf(message)?.topic ?? message.fields.routingKey;
    log.error("[{code}] gave up a message on {topic}: {cause}", {
      ...death,
      topic,
      id: message.properties.messageId,
    });
    const exchange = this.exchange;
    if (exchange === undefined) return;
    const headers = headersOf(topic, death);
    let own = publishedHeaders(message);
    for (;;) {
      try {
        const all = { ...own, ...headers };
        if (await this.#send(exchange, topic, message, all)) return;
        // Nobody has the queue any more.
        if (this.#connection) await this.declare(this.#connection);
      } catch (error) {
        const { code, message: cause } = error as CaryatidError;
        if (code === "BUS_CLOSED" || !ours()) throw error;
        // Its own leave no room for ours.
        if (code === "INVALID_OPTION") own = {};
        log.warn("cannot keep a dead letter on {topic}: {cause}", {
          topic,
          cause,
        });
      }
      await this.#pause();
      if (!ours()) throw goneError(topic);
    }
  }

  /** Resolves with whether the queue took it. */
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
  { code, cause, pattern, count }: Death,
): Record<string, string | number> {
  return {
    [HEADERS.topic]: topic,
    [HEADERS.code]: code,
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
