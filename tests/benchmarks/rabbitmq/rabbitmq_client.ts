import { decode, encode } from "@caryatid/process/codec";
import { Buffer } from "node:buffer";
import type { Connection } from "rabbitmq-client";
import {
  type Load,
  measured,
  messageOf,
  PREFETCH,
  QUORUM,
  TOPIC,
} from "./peers.ts";
import { brokerUrl, fresh, removeFromBroker } from "./raw_client.ts";

/** Computed specifier, so that the other peers run without the package. */
const PACKAGE: string = "rabbitmq-client";

type Open = (url: string) => Connection;

let loading: Promise<Open | undefined> | undefined;

/**
 * Loads rabbitmq-client. Resolves with its measurement; with undefined, after a
 * printed line, if the package cannot be loaded.
 */
export async function loadClient(): Promise<
  ((load: Load, exchange?: string) => Promise<number>) | undefined
> {
  const open = await (loading ??= load());
  return open && ((load, exchange) => measure(open, load, exchange));
}

async function load(): Promise<Open | undefined> {
  try {
    const loaded: typeof import("rabbitmq-client") = await import(PACKAGE);
    return (url) => new loaded.Connection(url);
  } catch (error) {
    // deno-lint-ignore no-console -- a line of the result
    console.log(`rabbitmq-client skipped: ${(error as Error).message}`);
    return undefined;
  }
}

/** Two connections, as the other peers have. */
async function measure(
  open: Open,
  load: Load,
  exchange = fresh(),
): Promise<number> {
  const [publishing, consuming] = [open(brokerUrl()), open(brokerUrl())];
  const group = `${exchange}.group`;
  try {
    const publisher = publishing.createPublisher({
      confirm: true,
      exchanges: [{ exchange, type: "topic", durable: false }],
    });
    const message = messageOf(load);
    let received = () => {};
    const queue = load.members > 0
      ? { queue: group, durable: true, arguments: QUORUM }
      : { exclusive: true };
    const consumers = Array.from(
      { length: load.members || 1 },
      () =>
        consuming.createConsumer({
          ...(load.members > 0 && { queue: group }),
          queueOptions: queue,
          qos: { prefetchCount: PREFETCH },
          exchanges: [{ exchange, type: "topic", durable: false }],
          queueBindings: [{
            exchange,
            routingKey: TOPIC,
            ...(load.members > 0 && { queue: group }),
          }],
        }, ({ body }) => {
          decode(body);
          received();
        }),
    );
    await Promise.all(
      consumers.map((consumer) =>
        new Promise((resolve, reject) => {
          consumer.once("ready", resolve as () => void);
          consumer.once("error", reject);
        })
      ),
    );
    const rate = await measured(load, (got) => {
      received = got;
      return () => {
        const body = encode(message);
        const content = Buffer.from(body.buffer, body.byteOffset, body.length);
        return publisher.send(
          { exchange, routingKey: TOPIC, durable: true },
          content,
        );
      };
    });
    await Promise.all(consumers.map((consumer) => consumer.close()));
    await publisher.close();
    if (load.members > 0) await publishing.queueDelete(group);
    return rate;
  } finally {
    await Promise.all([publishing.close(), consuming.close()]);
    await removeFromBroker(exchange);
  }
}
