import type { Channel } from "amqplib";
import { namesOf } from "../../process/rabbit_mq/names.ts";
import { openClient } from "./amqp_client.ts";

/** AMQP has no longer ones. */
const LONGEST_NAME = 255;
const CHANNELS = 8;
const queues = new Set<string>();
const exchanges = new Set<string>();
let isWatching = false;

/**
 * Remembers from now on what this test process declares and would leave behind on the broker, by any connection: queues of groups,
 * marks, waiting messages and dead letters, and exchanges. AMQP has no way to list them. Any channel shows how they are made.
 */
export function watchDeclarations(channel: Channel): void {
  if (isWatching) return;
  isWatching = true;
  // A channel that waits for confirms inherits from this, too.
  const prototype: Channel = Object.getPrototypeOf(channel);
  const { assertQueue, assertExchange } = prototype;
  prototype.assertQueue = function (name, options) {
    if (name && !options?.exclusive) queues.add(name);
    return assertQueue.call(this, name, options);
  };
  prototype.assertExchange = function (name, type, options) {
    exchanges.add(name);
    return assertExchange.call(this, name, type, options);
  };
}

/**
 * Deletes the exchanges `names` and those around each, whoever declared them, and whatever else was declared here under a name that
 * begins so.
 */
export async function deleteDeclared(
  url: string,
  names: readonly string[],
): Promise<void> {
  await using client = await openClient(url);
  const rest = new Set(names).values();
  // Several at the same time, as a broker writes each deletion to its disk. But it fails at times where what is bound to each other
  // is deleted so.
  const channels = Math.min(names.length, CHANNELS);
  await Promise.all(Array.from({ length: channels }, async () => {
    const channel = await client.connection.createChannel();
    for (const name of rest) await deleteAll(channel, name);
  }));
}

/** Deletes what is there of one exchange. */
async function deleteAll(channel: Channel, exchange: string): Promise<void> {
  const begins = (name: string) => name.startsWith(exchange);
  const dead = `${exchange}.dead`;
  const ours = [...queues].filter(begins);
  // Where a member in another process has taken something, it has declared the queue for the marks of its group.
  const marks = ours.map((queue) => `${exchange}.again.${queue}`)
    .filter((name) => name.length <= LONGEST_NAME);
  for (const name of new Set([...ours, ...marks, dead])) {
    await channel.deleteQueue(name);
    queues.delete(name);
  }
  const around = Object.values(namesOf(exchange));
  const declared = [...exchanges].filter(begins);
  for (const name of new Set([...declared, ...around, dead])) {
    await channel.deleteExchange(name);
    exchanges.delete(name);
  }
}
