import type { Log } from "@caryatid/sdk";
import type { Message } from "amqplib";
import { headerSize, tableSize } from "../publish/header_size.ts";
import { isTypeName } from "../publish/encode.ts";
import { publishedHeaders } from "./delivery.ts";

/**
 * Maximum size of the publisher's headers in a message that a group publishes
 * again, in bytes. amqplib encodes 64 KiB at most; the rest is for the headers
 * of the bus.
 */
const MAX_KEPT = 60_000;

/**
 * Headers of the publisher that a retry, a suspect and a dead letter keep. The
 * largest ones are left out until the others fit.
 */
export class KeptHeaders {
  readonly #log: Log;
  /** Headers of messages whose own headers are too large. */
  readonly #fitted = new WeakMap<Message, Record<string, unknown>>();

  /** `log` receives a warning for each message that loses headers. */
  constructor(log: Log) {
    this.#log = log;
  }

  /** Returns the headers of a message that was published on `topic`. */
  of(message: Message, topic: string): Record<string, unknown> {
    const published = publishedHeaders(message);
    if (tableSize(published) <= MAX_KEPT && !hasTypeName(published)) {
      return published;
    }
    const known = this.#fitted.get(message);
    if (known) return known;
    const { headers, leftOut } = fit(published);
    this.#fitted.set(message, headers);
    this.#log.warn(
      "left out {count} headers of a message on {topic}: a retry or a dead letter keeps at most {most} bytes of headers",
      { count: leftOut, topic, most: MAX_KEPT },
    );
    return headers;
  }
}

function hasTypeName(headers: Record<string, unknown>): boolean {
  return Object.keys(headers).some(isTypeName);
}

/** Leaves the largest headers out until the others fit. */
function fit(
  published: Record<string, unknown>,
): { headers: Record<string, unknown>; leftOut: number } {
  const entries = Object.entries(published);
  const sizes = entries
    .map(([name, value]) => ({
      name,
      size: isTypeName(name) ? Infinity : headerSize(name, value),
    }))
    .sort((a, b) => a.size - b.size);
  let total = tableSize({});
  const kept = new Set<string>();
  for (const { name, size } of sizes) {
    total += size;
    if (total > MAX_KEPT) break;
    kept.add(name);
  }
  return {
    headers: Object.fromEntries(entries.filter(([name]) => kept.has(name))),
    leftOut: entries.length - kept.size,
  };
}
