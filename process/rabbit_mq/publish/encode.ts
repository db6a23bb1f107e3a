import { CaryatidError } from "@caryatid/sdk";
import { headerSize, MAX_NAME, tableSize } from "./header_size.ts";

/**
 * Headers by which RabbitMQ sends a copy to further topics, or closes the AMQP
 * channel.
 */
const ROUTING: ReadonlySet<string> = new Set(["CC", "BCC"]);
/** Prefix of the names of headers that the bus sets. */
const OURS = "caryatid-";
/**
 * Maximum size of the headers of a publish or a request, in bytes. amqplib
 * encodes 64 KiB at most; the rest is for the headers that the bus adds.
 */
const MAX_HEADERS = 32 * 1024;

/**
 * Returns a copy of the headers that a publisher sends with a message. Throws
 * `INVALID_OPTION` for a header that cannot be sent.
 */
export function sendableHeaders(
  topic: string,
  headers: Readonly<Record<string, string>>,
): Record<string, string> {
  let size = tableSize({});
  for (const [name, value] of Object.entries(headers)) {
    if (typeof value !== "string") {
      throw unfitError(topic, name, `which is a ${typeof value}`);
    }
    if (ROUTING.has(name)) {
      throw unfitError(topic, name, "by which RabbitMQ routes");
    }
    if (name.startsWith(OURS)) {
      throw unfitError(topic, name, "whose name is one of the bus's own");
    }
    if (isTypeName(name)) {
      throw unfitError(topic, name, "whose name amqplib reads as a type");
    }
    size += headerSize(name, value);
    if (size === Infinity) {
      throw unfitError(topic, name, `whose name exceeds ${MAX_NAME} bytes`);
    }
  }
  if (size > MAX_HEADERS) throw tooLargeError(topic, size);
  return { ...headers };
}

/**
 * Returns the text headers that a publisher sent with a message. Headers of the
 * bus, and values that are not text, are left out.
 */
export function textHeaders(
  headers: Readonly<Record<string, unknown>>,
): Record<string, string> {
  // Not by assignment: "__proto__" is a name like any other.
  return Object.fromEntries(
    Object.entries(headers).filter((header): header is [string, string] =>
      typeof header[1] === "string" && !header[0].startsWith(OURS)
    ),
  );
}

/** Returns true if the header makes RabbitMQ send a copy to further topics. */
export function isRouting(name: string): boolean {
  return ROUTING.has(name);
}

/**
 * Returns true if amqplib cannot encode a nested table with a header of this
 * name.
 */
export function isTypeName(name: string): boolean {
  return name === "!";
}

function tooLargeError(topic: string, size: number): CaryatidError {
  return new CaryatidError(
    "INVALID_OPTION",
    `Cannot send on "${topic}": found ${size} bytes of headers; ` +
      `expected at most ${MAX_HEADERS}`,
    { hint: "Put large values into the message." },
  );
}

function unfitError(topic: string, name: string, what: string): CaryatidError {
  return new CaryatidError(
    "INVALID_OPTION",
    `Cannot send on "${topic}": found the header "${name}", ${what}`,
    {
      hint: "Use text as values, and names other than CC, BCC and caryatid-….",
    },
  );
}
