import { decode } from "../../codec/mod.ts";
import { isRouting, textHeaders } from "../publish/encode.ts";
import { HEADERS } from "./publisher.ts";
import type { DeadLetter } from "@caryatid/sdk";
import { randomId } from "@caryatid/sdk/bus";
import type { Message } from "amqplib";

const OURS: ReadonlySet<string> = new Set(Object.values(HEADERS));

/**
 * Reads a dead letter. Fields are empty if another program has put the message
 * into the queue.
 */
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

/**
 * Returns all headers of the first publish, of whatever type, except those by
 * which the broker would route the message to more queues.
 */
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
    return undefined; // an invalid body may be the reason of the dead letter
  }
}
