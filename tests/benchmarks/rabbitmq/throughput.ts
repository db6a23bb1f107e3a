import { decode, encode } from "@caryatid/process/codec";
import { Buffer } from "node:buffer";
import { openBus } from "../../broker/open_bus.ts";
import { expectAll, perSecond } from "../core/count.ts";
import { against, type Case } from "../harness.ts";
import { fresh, RawClient, URL } from "./raw_client.ts";

const MESSAGES = 20_000;
const WINDOW = 1_000;
const PREFETCH = 100;

/**
 * Confirmed publish → acknowledged delivery, with the same window of confirms and the same prefetch.
 *
 * The peer has it easier: it publishes on one exchange, where ours is bound to another one; it sends no id, no time, no origin; and
 * it forgets a message when it is sent, where ours could send it again.
 */
export const throughput: readonly Case[] = [100, 10 * 1024].map((size) => ({
  name: `throughput-${size}-bytes`,
  unit: "/s",
  run: against(() => ours(size), () => raw(size)),
  ratio: ["ours", "peer"],
  goals: [{ of: "ratio", least: 0.95 }],
  remark: `one subscriber, ${WINDOW} confirms, prefetch ${PREFETCH}; ` +
    "peer: amqplib by hand with our codec, on one exchange instead of two, " +
    "without an id, the time, or a message kept until its confirm",
}));

async function ours(size: number): Promise<number> {
  const exchange = fresh();
  await using bus = await openBus({ url: URL, exchange });
  const heard = bus.subscribe("bench.topic", { queueSize: PREFETCH });
  await heard.ready;
  const message = { data: "x".repeat(size) };
  return await perSecond(MESSAGES, async () => {
    let got = 0;
    const reading = (async () => {
      for await (const _ of heard) if (++got === MESSAGES) break;
    })();
    await inWindow(() => bus.publish("bench.topic", message));
    await reading;
    expectAll(got, MESSAGES);
  });
}

async function raw(size: number): Promise<number> {
  await using client = await RawClient.open();
  const { publishing, consuming } = client;
  const exchange = fresh();
  await publishing.assertExchange(exchange, "topic", { durable: false });
  const { queue } = await consuming.assertQueue("", { exclusive: true });
  await consuming.bindQueue(queue, exchange, "bench.topic");
  await consuming.prefetch(PREFETCH);
  const message = { data: "x".repeat(size) };
  return await perSecond(MESSAGES, async () => {
    let got = 0;
    const all = Promise.withResolvers<void>();
    await consuming.consume(queue, (delivery) => {
      decode(delivery!.content);
      consuming.ack(delivery!);
      if (++got === MESSAGES) all.resolve();
    });
    await inWindow(() => publishRaw(client, exchange, encode(message)));
    await all.promise;
    expectAll(got, MESSAGES);
  });
}

function publishRaw(
  { publishing }: RawClient,
  exchange: string,
  body: Uint8Array,
): Promise<void> {
  return new Promise((resolve, reject) => {
    const content = Buffer.from(body.buffer, body.byteOffset, body.length);
    const options = { persistent: true };
    publishing.publish(exchange, "bench.topic", content, options, (error) => {
      if (error) reject(error);
      else resolve();
    });
  });
}

/** As many at the same time as the window has. */
async function inWindow(publish: () => Promise<void>): Promise<void> {
  let sent = 0;
  await Promise.all(
    Array.from({ length: WINDOW }, async () => {
      while (sent++ < MESSAGES) await publish();
    }),
  );
}
