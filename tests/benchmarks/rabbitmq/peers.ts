import { decode, encode } from "@caryatid/process/codec";
import type { Channel } from "amqplib";
import { openBus } from "../../broker/open_bus.ts";
import { expectAll, perSecond } from "../core/count.ts";
import {
  AckByHand,
  brokerUrl,
  fresh,
  RawClient,
  removeFromBroker,
} from "./raw_client.ts";

/** Prefetch of a consumer. */
export const PREFETCH = 100;
/** Topic of all messages. */
export const TOPIC = "bench.topic";
/** Arguments of the queue of a group. */
export const QUORUM = { "x-queue-type": "quorum" } as const;

/** Load that each peer handles. */
export interface Load {
  /** Bytes of the text in a message. */
  readonly size: number;
  readonly messages: number;
  /** Publishes without a confirm at the same time. */
  readonly inFlight: number;
  /** Members of a group; 0 for one subscription without a group. */
  readonly members: number;
}

/** Returns the messages per second of the RabbitMQ bus. The exchange is new. */
export async function ours(
  load: Load,
  exchange = fresh(),
): Promise<number> {
  await (await RawClient.open())[Symbol.asyncDispose](); // a skip, if at all
  try {
    await using bus = await openBus({ url: brokerUrl(), exchange });
    const group = load.members > 0 ? { group: "bench" } : {};
    const subscriptions = Array.from(
      { length: load.members || 1 },
      () => bus.subscribe(TOPIC, { queueSize: PREFETCH, ...group }),
    );
    await Promise.all(subscriptions.map(({ ready }) => ready));
    const message = messageOf(load);
    return await measured(load, (got) => {
      for (const messages of subscriptions) {
        (async () => {
          for await (const _ of messages) got();
        })();
      }
      return () => bus.publish(TOPIC, message);
    });
  } finally {
    await removeFromBroker(exchange);
  }
}

/** Returns the messages per second of plain amqplib. The exchange is new. */
export async function raw(
  load: Load,
  exchange = fresh(),
): Promise<number> {
  const client = await RawClient.open();
  try {
    const { publishing, consuming } = client;
    await publishing.assertExchange(exchange, "topic", { durable: false });
    const { queue } = load.members > 0
      ? await consuming.assertQueue(`${exchange}.group`, { arguments: QUORUM })
      : await consuming.assertQueue("", { exclusive: true });
    await consuming.bindQueue(queue, exchange, TOPIC);
    const channels = [consuming];
    while (channels.length < load.members) {
      channels.push(await client.anotherChannel());
    }
    const message = messageOf(load);
    let received = () => {};
    const acks: AckByHand[] = [];
    for (const channel of channels) {
      acks.push(await consume(channel, queue, () => received()));
    }
    const rate = await measured(load, (got) => {
      received = got;
      return () => client.publish(exchange, TOPIC, encode(message));
    });
    for (const each of acks) each.flush();
    return rate;
  } finally {
    await client[Symbol.asyncDispose]();
    await removeFromBroker(exchange);
  }
}

/** Returns the message of a load. */
export function messageOf({ size }: Load): unknown {
  return { data: "x".repeat(size) };
}

/**
 * Publishes and receives all messages. `begin` gets the function to call for
 * each delivery, and returns the one that publishes.
 */
export async function measured(
  { messages, inFlight }: Load,
  begin: (got: () => void) => () => Promise<unknown>,
): Promise<number> {
  let count = 0;
  const all = Promise.withResolvers<void>();
  const publish = begin(() => {
    if (++count === messages) all.resolve();
  });
  return await perSecond(messages, async () => {
    let sent = 0;
    await Promise.all(Array.from({ length: inFlight }, async () => {
      while (sent++ < messages) await publish();
    }));
    await all.promise;
    expectAll(count, messages);
  });
}

async function consume(
  channel: Channel,
  queue: string,
  received: () => void,
): Promise<AckByHand> {
  await channel.prefetch(PREFETCH);
  const acks = new AckByHand(channel, PREFETCH);
  await channel.consume(queue, (delivery) => {
    decode(delivery!.content);
    acks.done(delivery!);
    received();
  });
  return acks;
}
