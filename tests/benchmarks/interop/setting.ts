import {
  brokerUrl,
  fresh,
  RawClient,
  removeFromBroker,
} from "../rabbitmq/raw_client.ts";

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

/** A bus in TOML, and a topic. */
export interface Setting extends AsyncDisposable {
  readonly toml: string;
  readonly topic: string;
}

/**
 * Returns a bus with a new exchange on the broker, which is deleted at the end.
 * `keys` are further keys of the bus. Throws a `Skip` without a broker.
 */
export async function onBroker(keys = ""): Promise<Setting> {
  await (await RawClient.open())[Symbol.asyncDispose]();
  const exchange = fresh();
  const url = new URL(brokerUrl());
  const vhost = url.pathname.length > 1 ? "" : "/%2f";
  const toml = `
[message-bus.external]
class = "rabbit-mq"
url = "${brokerUrl().replace(/\/$/, "")}${vhost}"
exchange = "${exchange}"
${keys}

[[message-router.route]]
pattern = "#"
bus = "external"
`;
  return {
    toml,
    topic: `${exchange}.bench`,
    [Symbol.asyncDispose]: () => removeFromBroker(exchange),
  };
}
