import { randomId } from "@caryatid/sdk/bus";
import type { Message } from "amqplib";
import { decode } from "../codec/mod.ts";
import { HEADERS } from "./cemetery.ts";
import { isRouting, textHeaders } from "./headers.ts";

const OURS: ReadonlySet<string> = new Set(Object.values(HEADERS));

/** A message that a group could not take. */
export interface DeadLetter {
  /** Names the publish, as `Delivery.id` does. */
  readonly id: string;
  /** The topic that it was published on. */
  readonly topic: string;
  /** What was published, or undefined where the body can't be read. */
  readonly message: unknown;
  /** What was published, as it was on the wire. */
  readonly body: Uint8Array;
  /** What the publisher put beside the message. */
  readonly headers: Readonly<Record<string, string>>;
  /** The code of what was wrong, `DECODE_FAILED` for instance. */
  readonly code: string;
  /** What was wrong, in words. */
  readonly cause: string;
  /** How often it was given out again, and never finished; after the attempts of a `retry`, how many there were. */
  readonly count: number;
  /** The pattern of the group that gave it up. */
  readonly pattern: string;
  /** When that was: milliseconds since 1970. */
  readonly time: number;
}

/** Reads a dead letter. One that somebody else put there says as much as it can. */
export function letterOf({ content, fields, properties }: Message): DeadLetter {
  const headers = properties.headers ?? {};
  const text = (name: string, otherwise: string) =>
    typeof headers[name] === "string" ? headers[name] : otherwise;
  const number = (name: string) =>
    typeof headers[name] === "number" ? headers[name] : 0;
  return {
    id: properties.messageId ?? randomId(),
    topic: text(HEADERS.topic, fields.routingKey),
    message: decoded(content),
    body: new Uint8Array(content),
    headers: textHeaders(headers),
    code: text(HEADERS.code, "unknown"),
    cause: text(HEADERS.cause, ""),
    count: number(HEADERS.count),
    pattern: text(HEADERS.pattern, ""),
    time: number(HEADERS.time),
  };
}

/** All headers that the message had before it died, of whatever type, but for those by which the broker would send it elsewhere, too. */
export function ownHeaders({ properties }: Message): Record<string, unknown> {
  const entries = Object.entries(properties.headers ?? {});
  return Object.fromEntries(
    entries.filter(([name]) => !OURS.has(name) && !isRouting(name)),
  );
}

function decoded(body: Uint8Array): unknown {
  try {
    return decode(body);
  } catch {
    return undefined; // that may be why it died
  }
}
