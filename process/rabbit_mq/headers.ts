import { CaryatidError } from "@caryatid/sdk";

/** By these RabbitMQ sends a copy to further topics, or closes the AMQP channel. */
const ROUTING: ReadonlySet<string> = new Set(["CC", "BCC"]);
/** What the bus's own are called. */
const OURS = "caryatid-";

/** A copy of what a publisher puts beside a message. Throws `INVALID_OPTION` for what can't travel. */
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

/** What a publisher put beside a message. Whatever else came with it, by whomever, is left out. */
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

/** Whether RabbitMQ would send a copy to further topics because of it. */
export function isRouting(name: string): boolean {
  return ROUTING.has(name);
}

function unfitError(topic: string, name: string, what: string): CaryatidError {
  return new CaryatidError(
    "INVALID_OPTION",
    `Cannot send on "${topic}": found the header "${name}", ${what}`,
    {
      hint:
        "headers are text, and their names anything but CC, BCC and caryatid-…",
    },
  );
}
