import { fresh, RawClient, URL as BROKER } from "../rabbitmq/raw_client.ts";

/** A bus in memory, in TOML. */
export function inMemory(queueSize?: number): string {
  return `
[message-bus.internal]
class = "in-memory"
${queueSize === undefined ? "" : `subscriber-queue-size = ${queueSize}`}

[[message-router.route]]
pattern = "#"
bus = "internal"
`;
}

/** A new exchange on the broker, in TOML, with further keys of the bus, and a topic. Throws a `Skip` where there is no broker. */
export async function onBroker(
  keys = "",
): Promise<{ toml: string; topic: string }> {
  await (await RawClient.open())[Symbol.asyncDispose]();
  const exchange = fresh();
  const url = new URL(BROKER);
  const vhost = url.pathname.length > 1 ? "" : "/%2f";
  const toml = `
[message-bus.external]
class = "rabbit-mq"
url = "${BROKER.replace(/\/$/, "")}${vhost}"
exchange = "${exchange}"
${keys}

[[message-router.route]]
pattern = "#"
bus = "external"
`;
  return { toml, topic: `${exchange}.bench` };
}
