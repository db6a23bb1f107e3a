import type { Channel } from "amqplib";
import { groupQueueName } from "../../process/rabbit_mq/connection/queues.ts";
import { namesOf } from "../../process/rabbit_mq/connection/topology.ts";
import { openClient } from "./amqp_client.ts";

/** Maximum length of a name in AMQP. */
const LONGEST_NAME = 255;
const CHANNELS = 8;
const queues = new Set<string>();
const exchanges = new Set<string>();
let isWatching = false;

/**
 * Records the queues and exchanges that this test process declares from now on
 * and that stay on the broker, by any connection: groups, suspects, waiting
 * messages and dead letters. AMQP cannot list them. The function wraps methods
 * of the prototype of `channel`.
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
 * Has `deleteDeclared` also delete the queue of a group that another process
 * declares.
 */
export function declaresElsewhere(
  exchange: string,
  group: string,
  pattern: string,
): void {
  queues.add(groupQueueName(namesOf(exchange), pattern, group));
}

/**
 * Deletes the exchanges `names` and the related exchanges of the bus, even if
 * another process declared them. Also deletes everything that this process
 * declared under a name that begins with one of them.
 */
export async function deleteDeclared(
  url: string,
  names: readonly string[],
): Promise<void> {
  await using client = await openClient(url);
  const rest = new Set(names).values();
  // Several names at the same time, because the broker writes each deletion to
  // its disk. Exchanges that are bound to each other are deleted one by one,
  // because deleting them concurrently fails at times.
  const channels = Math.min(names.length, CHANNELS);
  await Promise.all(Array.from({ length: channels }, async () => {
    const channel = await client.connection.createChannel();
    for (const name of rest) await deleteAll(channel, name);
  }));
}

/** Deletes everything that belongs to one exchange. */
async function deleteAll(channel: Channel, exchange: string): Promise<void> {
  const begins = (name: string) => name.startsWith(exchange);
  const dead = `${exchange}.dead`;
  const ours = [...queues].filter(begins);
  // A member in another process has declared the suspect queue of its group.
  const suspects = ours.map((queue) => `${exchange}.suspect.${queue}`)
    .filter((name) => name.length <= LONGEST_NAME);
  for (const name of new Set([...ours, ...suspects, dead])) {
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
