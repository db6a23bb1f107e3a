import { CaryatidError } from "@caryatid/sdk";

/**
 * Headers by which RabbitMQ sends a copy to further topics, or closes the AMQP
 * channel.
 */
const ROUTING: ReadonlySet<string> = new Set(["CC", "BCC"]);
/** Prefix of the names of headers that the bus sets. */
const OURS = "caryatid-";

/**
 * Returns a copy of the headers that a publisher sends with a message. Throws
 * `INVALID_OPTION` for a header that cannot be sent.
 */
export function sendableHeaders(
  topic: string,
  headers: Readonly<Record<string, string>>,
): Record<string, string> {
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
  }
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

function unfitError(topic: string, name: string, what: string): CaryatidError {
  return new CaryatidError(
    "INVALID_OPTION",
    `Cannot send on "${topic}": found the header "${name}", ${what}`,
    {
      hint: "Use text as values, and names other than CC, BCC and caryatid-….",
    },
  );
}
