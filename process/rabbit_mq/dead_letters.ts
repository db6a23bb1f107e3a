import type { Log } from "@caryatid/sdk";
import type { Channel, Message } from "amqplib";
import type { Publisher } from "./publisher.ts";
import type { RabbitMqSettings } from "./settings.ts";

/** Headers that a dead letter has beside its own, and one that is on its way back to its queue. */
export const HEADERS = {
  /** The topic it was published on. */
  topic: "caryatid-topic",
  /** How often it was given out before. */
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

/** Why a message is given up. */
export interface Death {
  readonly code: string;
  readonly cause: string;
  readonly pattern: string;
}

/** What a {@linkcode Cemetery} is made of. */
export interface CemeteryOptions {
  readonly settings: RabbitMqSettings;
  readonly publisher: Publisher;
  readonly log: Log;
}

/** Where messages go that nobody can take: to the dead-letter exchange, if there is one, else only into the log. */
export class Cemetery {
  readonly #options: CemeteryOptions;
  /** How many there were. */
  buried = 0;

  /** Nothing is declared yet. */
  constructor(options: CemeteryOptions) {
    this.#options = options;
  }

  /** Whether dead letters are kept. */
  get open(): boolean {
    return this.#options.settings["dead-letter-exchange"] !== undefined;
  }

  /** Declares the dead-letter exchange and its queue. */
  async declare(channel: Channel): Promise<void> {
    const exchange = this.#options.settings["dead-letter-exchange"];
    if (exchange === undefined) return;
    await channel.assertExchange(exchange, "topic", { durable: true });
    await channel.assertQueue(exchange, { durable: true });
    await channel.bindQueue(exchange, exchange, "#");
  }

  /** Resolves when the broker has it. */
  async bury(message: Message, death: Death): Promise<void> {
    this.buried++;
    const { settings, publisher, log } = this.#options;
    const topic = topicOf(message);
    log.error("[{code}] gave up a message on {topic}: {cause}", {
      ...death,
      topic,
    });
    const exchange = settings["dead-letter-exchange"];
    if (exchange === undefined) return;
    const { headers, messageId, timestamp } = message.properties;
    await publisher.send({
      exchange,
      key: topic,
      body: message.content,
      properties: {
        persistent: true,
        messageId,
        timestamp,
        headers: {
          ...headers,
          [HEADERS.topic]: topic,
          [HEADERS.code]: death.code,
          [HEADERS.cause]: death.cause.slice(0, 1_000),
          [HEADERS.pattern]: death.pattern,
          [HEADERS.count]: countOf(message),
          [HEADERS.time]: Date.now(),
        },
      },
    });
  }

  /** Puts a message at the end of its own queue, with one more on its count. Resolves when the broker has it. */
  async putBack(message: Message, queue: string): Promise<void> {
    const { headers, messageId, timestamp } = message.properties;
    await this.#options.publisher.send({
      exchange: "",
      key: queue,
      body: message.content,
      properties: {
        persistent: true,
        messageId,
        timestamp,
        headers: {
          ...headers,
          [HEADERS.topic]: topicOf(message),
          [HEADERS.count]: countOf(message) + 1,
        },
      },
    });
  }
}

/** The topic that a message was published on: one that was put back came by the name of its queue. */
export function topicOf({ fields, properties }: Message): string {
  const topic = properties.headers?.[HEADERS.topic];
  return typeof topic === "string" && fields.exchange === ""
    ? topic
    : fields.routingKey;
}

/** How often a message was given out and not finished before. */
export function countOf({ properties }: Message): number {
  const count = properties.headers?.[HEADERS.count];
  return typeof count === "number" ? count : 0;
}
