import type { Delivery } from "@caryatid/sdk";
import { randomId } from "@caryatid/sdk/bus";
import { loopTime } from "@caryatid/sdk/internal/bus";
import type { Message } from "amqplib";
import { textHeaders } from "../publish/encode.ts";

/**
 * Headers of a message that its group publishes again. Modules do not see them.
 */
const HEADERS = {
  topic: "caryatid-topic",
  failures: "caryatid-failures",
  redeliveries: "caryatid-redeliveries",
  starts: "caryatid-starts",
  sent: "caryatid-sent",
  /**
   * Headers of the publisher: the broker adds headers to messages that have
   * waited, and acts on others.
   */
  own: "caryatid-headers",
} as const;

/** Number of returns to a quorum queue, counted by the broker. */
const DELIVERY_COUNT = "x-delivery-count";

/** Progress of the attempts at one message. */
export interface Attempt {
  /** Topic of the first publish. */
  readonly topic: string;
  /** Number of loops that failed with the message. */
  readonly failures: number;
  /**
   * Number of redeliveries by the broker, including those of messages that no
   * loop had started.
   */
  readonly redeliveries: number;
  /** Number of starts as a suspect that did not finish. */
  readonly starts: number;
  /** Time of the first publish, in milliseconds since 1970. */
  readonly time: number;
}

/** A message of the broker, decoded. */
export class RabbitDelivery implements Delivery {
  readonly topic: string;
  readonly message: unknown;
  /** The broker's message, by which it is acknowledged. */
  readonly source: Message;
  readonly time: number;
  /**
   * Earlier attempts; undefined for a message that its group did not publish
   * again.
   */
  readonly attempt: Attempt | undefined;
  #id: string | undefined;
  #headers: Record<string, string> | undefined;

  /**
   * Decoded from `source`. `topic` differs from the routing key if its group
   * published the message again.
   */
  constructor(
    source: Message,
    topic: string,
    message: unknown,
    attempt?: Attempt,
  ) {
    this.source = source;
    this.topic = topic;
    this.message = message;
    this.attempt = attempt;
    this.time = attempt?.time ?? timeOf(source.properties.timestamp);
  }

  get id(): string {
    return this.#id ??= this.source.properties.messageId ?? randomId();
  }

  get headers(): Readonly<Record<string, string>> {
    return this.#headers ??= textHeaders(publishedHeaders(this.source));
  }

  get redelivered(): boolean {
    return this.attempt !== undefined || this.source.fields.redelivered;
  }
}

/**
 * Returns the earlier attempts at a message of a group, or undefined if the
 * group did not publish it again.
 */
export function attemptOf(
  { fields, properties }: Message,
): Attempt | undefined {
  // Only a message that was put into the queue itself: any publisher may send
  // any headers.
  if (fields.exchange !== "") return undefined;
  const headers = properties.headers ?? {};
  const failures = headers[HEADERS.failures];
  if (typeof failures !== "number") return undefined;
  return {
    topic: String(headers[HEADERS.topic]),
    failures,
    redeliveries: Number(headers[HEADERS.redeliveries]),
    starts: Number(headers[HEADERS.starts] ?? 0),
    time: Number(headers[HEADERS.sent]),
  };
}

/**
 * Returns the headers from which `attemptOf` reads `attempt`, with those of the
 * publisher, `own`, inside.
 */
export function attemptHeaders(
  attempt: Attempt,
  own: Record<string, unknown>,
): Record<string, unknown> {
  return {
    [HEADERS.topic]: attempt.topic,
    [HEADERS.failures]: attempt.failures,
    [HEADERS.redeliveries]: attempt.redeliveries,
    [HEADERS.starts]: attempt.starts,
    [HEADERS.sent]: attempt.time,
    [HEADERS.own]: own,
  };
}

/**
 * Returns all headers of a message as they were published, of whatever type.
 */
export function publishedHeaders(message: Message): Record<string, unknown> {
  const headers = message.properties.headers ?? {};
  if (attemptOf(message) !== undefined) return headers[HEADERS.own] ?? {};
  if (typeof headers[DELIVERY_COUNT] !== "number") return headers;
  const { [DELIVERY_COUNT]: _, ...own } = headers;
  return own;
}

/**
 * Returns how often the broker redelivered this copy of a message. Every return
 * counts, including that of a message which no loop had started. Classic queues
 * do not count: 0.
 */
export function returnsOf({ fields, properties }: Message): number {
  // A publisher may send the header, too. The broker replaces it with the first
  // return.
  const count = fields.redelivered && properties.headers?.[DELIVERY_COUNT];
  return typeof count === "number" ? count : 0;
}

/** Latest second of a JavaScript date. */
const LATEST = 8.64e12;

/**
 * AMQP has whole seconds. A message of the current second has arrived at once.
 * Other publishers may send timestamps that are not times.
 */
export function timeOf(timestamp: unknown): number {
  const now = loopTime();
  if (typeof timestamp !== "number" || timestamp > LATEST) return now;
  return Math.floor(now / 1000) === timestamp ? now : timestamp * 1000;
}
