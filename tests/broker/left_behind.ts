import type { Channel } from "amqplib";
import { namesOf } from "../../process/rabbit_mq/names.ts";
import { type AmqpClient, openClient } from "./amqp_client.ts";

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
  const begins = (name: string) => names.some((each) => name.startsWith(each));
  const dead = names.map((name) => `${name}.dead`);
  const around = names.flatMap((name) => Object.values(namesOf(name)));
  const ours = [...queues].filter(begins);
  // Where a member in another process has taken something, it has declared the queue for the marks of its group.
  const marks = names.flatMap((name) =>
    ours.filter((queue) => queue.startsWith(name))
      .map((queue) => `${name}.again.${queue}`)
  ).filter((name) => name.length <= LONGEST_NAME);
  await using client = await openClient(url);
  await each(client, [...ours, ...marks, ...dead], async (channel, name) => {
    await channel.deleteQueue(name);
    queues.delete(name);
  });
  const all = [...[...exchanges].filter(begins), ...around, ...dead];
  await each(client, all, async (channel, name) => {
    await channel.deleteExchange(name);
    exchanges.delete(name);
  });
}

/** Does it for each name once, several at the same time: a broker writes each deletion to its disk. */
async function each(
  { connection }: AmqpClient,
  names: readonly string[],
  act: (channel: Channel, name: string) => Promise<void>,
): Promise<void> {
  const rest = new Set(names).values();
  await Promise.all(Array.from({ length: CHANNELS }, async () => {
    const channel = await connection.createChannel();
    for (const name of rest) await act(channel, name);
  }));
}
