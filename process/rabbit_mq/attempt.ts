import type { Message } from "amqplib";

/** Headers of a message that is given again after a loop was left with it. Nobody is shown them. */
const HEADERS = {
  topic: "caryatid-topic",
  failures: "caryatid-failures",
  redeliveries: "caryatid-redeliveries",
  sent: "caryatid-sent",
} as const;

/** What the broker, or we, put beside a message while it waits to be given again. */
const ADDED =
  /^(x-death$|x-(first|last)-death-|caryatid-(topic|failures|redeliveries|sent)$)/;

/** How far the attempts at a message have come. */
export interface Attempt {
  /** The topic that it was published on. */
  readonly topic: string;
  /** How many loops were left with it. */
  readonly failures: number;
  /** How often the broker gave it out again, unfinished, before the last of those. */
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

/** The headers by which `attemptOf` reads `attempt`. */
export function attemptHeaders(
  attempt: Attempt,
): Record<string, string | number> {
  return {
    [HEADERS.topic]: attempt.topic,
    [HEADERS.failures]: attempt.failures,
    [HEADERS.redeliveries]: attempt.redeliveries,
    [HEADERS.sent]: attempt.time,
  };
}

/** All headers of a message, of whatever type, as they were when it was published. */
export function publishedHeaders(message: Message): Record<string, unknown> {
  const headers = message.properties.headers ?? {};
  if (attemptOf(message) === undefined) return headers;
  const entries = Object.entries(headers);
  return Object.fromEntries(entries.filter(([name]) => !ADDED.test(name)));
}
