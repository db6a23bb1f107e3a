import type { Message } from "amqplib";

/** Headers of a message that is given again after a loop was left with it. Nobody is shown them. */
const HEADERS = {
  topic: "caryatid-topic",
  failures: "caryatid-failures",
  redeliveries: "caryatid-redeliveries",
  sent: "caryatid-sent",
  /** Those of the publisher: the broker adds some of its own to what has waited, and acts on others. */
  own: "caryatid-headers",
} as const;

/** How far the attempts at a message have come. */
export interface Attempt {
  /** The topic that it was published on. */
  readonly topic: string;
  /** How many loops were left with it. */
  readonly failures: number;
  /** How often it was given out again, and neither finished nor failed at. */
  readonly redeliveries: number;
  /** When it was published: milliseconds since 1970. */
  readonly time: number;
}

/** What a message of a group says of its earlier attempts; undefined for the first one. */
export function attemptOf(
  { fields, properties }: Message,
): Attempt | undefined {
  // Only what was put into the queue itself: anybody may publish with any headers.
  if (fields.exchange !== "") return undefined;
  const headers = properties.headers ?? {};
  const failures = headers[HEADERS.failures];
  if (typeof failures !== "number") return undefined;
  return {
    topic: String(headers[HEADERS.topic]),
    failures,
    redeliveries: Number(headers[HEADERS.redeliveries]),
    time: Number(headers[HEADERS.sent]),
  };
}

/** The headers by which `attemptOf` reads `attempt`, around those that `message` was published with. */
export function attemptHeaders(
  message: Message,
  attempt: Attempt,
): Record<string, unknown> {
  return {
    [HEADERS.topic]: attempt.topic,
    [HEADERS.failures]: attempt.failures,
    [HEADERS.redeliveries]: attempt.redeliveries,
    [HEADERS.sent]: attempt.time,
    [HEADERS.own]: publishedHeaders(message),
  };
}

/** All headers of a message, of whatever type, as they were when it was published. */
export function publishedHeaders(message: Message): Record<string, unknown> {
  const headers = message.properties.headers ?? {};
  return attemptOf(message) === undefined
    ? headers
    : headers[HEADERS.own] ?? {};
}
