import type { Channel } from "amqplib";
import { openClient } from "./amqp_client.ts";

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

/** Deletes what was declared under a name that begins with `prefix`, and `more` queues, which other processes have declared. */
export async function deleteDeclared(
  url: string,
  prefix: string,
  more: readonly string[] = [],
): Promise<void> {
  const begins = (name: string) => name.startsWith(prefix);
  const ownQueues = [...queues].filter(begins);
  const ownExchanges = [...exchanges].filter(begins);
  if (ownQueues.length + ownExchanges.length + more.length === 0) return;
  await using client = await openClient(url);
  for (const name of [...ownQueues, ...more]) {
    await client.channel.deleteQueue(name);
    queues.delete(name);
  }
  for (const name of ownExchanges) {
    await client.channel.deleteExchange(name);
    exchanges.delete(name);
  }
}
