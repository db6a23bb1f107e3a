import { Process } from "@caryatid/process";
import type { Channel } from "amqplib";
import { Buffer } from "node:buffer";
import type { TestBroker } from "../broker/shared_broker.ts";

/** Starts a process of ours on the exchange of `broker`. */
export async function startOurs(broker: TestBroker): Promise<Process> {
  const process = await Process.create({
    config: {
      "message-bus": {
        external: {
          class: "rabbit-mq",
          url: broker.url,
          exchange: broker.exchange,
        },
      },
      "message-router": { route: [{ pattern: "#", bus: "external" }] },
      log: { level: "error" },
    },
    env: {},
  });
  await process.start();
  return process;
}

/**
 * Yields the bodies received on `sample.haskell`, in hex.
 */
export async function listen(
  channel: Channel,
  exchange: string,
): Promise<{ next(): Promise<string> }> {
  const { queue } = await channel.assertQueue("", { exclusive: true });
  await channel.bindQueue(queue, exchange, "sample.haskell");
  const bodies = new TransformStream<string, string>(undefined, {
    highWaterMark: Infinity,
  }, { highWaterMark: Infinity });
  const writer = bodies.writable.getWriter();
  const reader = bodies.readable.getReader();
  await channel.consume(queue, (delivery) => {
    if (delivery) writer.write(delivery.content.toString("hex"));
  }, { noAck: true });
  return {
    next: async () => (await reader.read()).value!,
  };
}

/** Publishes a body, in hex, on `sample.test`. */
export function send(
  channel: Channel,
  { exchange }: TestBroker,
  hex: string,
): void {
  channel.publish(exchange, "sample.test", Buffer.from(hex, "hex"));
}
