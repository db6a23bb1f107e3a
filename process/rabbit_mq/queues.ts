import { patternsOverlap } from "@caryatid/sdk";
import { requestPattern, topicWords } from "@caryatid/sdk/bus";
import type { Channel } from "amqplib";
import { createHash } from "node:crypto";
import type { Names } from "./names.ts";
import type { RabbitMqSettings } from "./settings.ts";

/** Several `#` in a binding make brokers slow, and new ones refuse more than two. */
const MOST_HASHES = 2;
/** How long a queue of handlers outlives a crash of the broker without them, in milliseconds. */
const HANDLERS_EXPIRE = 10_000;
/** How much longer than its messages a queue of waiting ones lives after it was declared, in milliseconds. */
const WAITING_EXPIRES = 600_000;

/** The queue of one subscription: ours alone, gone with its connection. One that is there already is only bound. */
export async function declareOwnQueue(
  channel: Channel,
  names: Names,
  pattern: string,
  bound?: string,
): Promise<string> {
  const queue = bound ?? await declarePrivateQueue(channel);
  await bindShared(channel, queue, names, pattern);
  return queue;
}

/** A queue named by the broker, for this connection alone, and gone with it. */
export async function declarePrivateQueue(channel: Channel): Promise<string> {
  const { queue } = await channel.assertQueue("", {
    exclusive: true,
    autoDelete: true,
    durable: false,
  });
  return queue;
}

/** A private queue that hears all that goes to the fanout exchange `source`. */
export async function declareFanoutQueue(
  channel: Channel,
  source: string,
  bound?: string,
): Promise<string> {
  const queue = bound ?? await declarePrivateQueue(channel);
  await channel.bindQueue(queue, source, "");
  return queue;
}

/** The queue that the members of a group share. It outlives them, and a crash of the broker. */
export async function declareGroupQueue(
  channel: Channel,
  names: Names,
  pattern: string,
  group: string,
  settings: RabbitMqSettings,
): Promise<string> {
  const name = `${names.shared}.group.${oneWord(group)}.${pattern}`;
  const { queue } = await channel.assertQueue(shortName(name), {
    durable: true,
    autoDelete: false,
    arguments: {
      ...queueTypeArguments(channel, settings),
      "x-expires": expiryOf(settings),
    },
  });
  // A publish that comes by both ways is queued once. The binding to the front outlives a crash.
  await channel.bindQueue(queue, names.front, bindable(pattern));
  await bindShared(channel, queue, names, pattern);
  return queue;
}

/** The queue beside `queue` for marks of what is given out again. What is left there goes in the end. */
export async function declareMarkQueue(
  channel: Channel,
  queue: string,
  settings: RabbitMqSettings,
): Promise<string> {
  const expires = expiryOf(settings);
  const name = shortName(`${settings.exchange}.again.${queue}`);
  await channel.assertQueue(name, {
    durable: true,
    arguments: {
      // Said, since a vhost may make all queues quorum ones: of RabbitMQ 4 they drop what was put back 20 times.
      "x-queue-type": "classic",
      "x-expires": expires,
      "x-message-ttl": expires,
    },
  });
  return name;
}

/**
 * The queue beside `queue` where what is given again waits for `wait` milliseconds. The broker moves it on to `queue` then: from a
 * quorum queue when that has confirmed it, which classic queues can't do.
 */
export async function declareWaitingQueue(
  channel: Channel,
  queue: string,
  wait: number,
  settings: RabbitMqSettings,
): Promise<string> {
  const name = shortName(`${settings.exchange}.later.${wait}.${queue}`);
  const type = settings["queue-type"];
  await channel.assertQueue(name, {
    durable: true,
    arguments: {
      "x-queue-type": type,
      "x-message-ttl": wait,
      "x-dead-letter-exchange": "",
      "x-dead-letter-routing-key": queue,
      ...(type === "quorum" && {
        "x-dead-letter-strategy": "at-least-once",
        "x-overflow": "reject-publish",
      }),
      // Publishing to it doesn't count as use: what comes right after its declaration must have gone on by then.
      "x-expires": wait + WAITING_EXPIRES,
    },
  });
  return name;
}

/** The queue that the handlings of one pattern share, in all processes. */
export async function declareHandlerQueue(
  channel: Channel,
  names: Names,
  pattern: string,
  settings: RabbitMqSettings,
): Promise<string> {
  const wire = requestPattern(pattern);
  if (settings["join-rust-handlers"]) {
    // Not bound to our requests: a Rust handler would answer one of those on the topic itself, as it lacks the marker.
    const { queue } = await channel.assertQueue(wire, { durable: false });
    await channel.bindQueue(queue, names.shared, wire);
    return queue;
  }
  const name = `${names.shared}.handlers.${pattern}`;
  const { queue } = await channel.assertQueue(shortName(name), {
    durable: true,
    autoDelete: true,
    arguments: { "x-expires": HANDLERS_EXPIRE },
  });
  await channel.bindQueue(queue, names.requests, bindable(pattern));
  await channel.bindQueue(queue, names.shared, bindable(wire));
  return queue;
}

/** What is bound for a pattern: a wider one where the broker couldn't bear it. What comes too much is left out on arrival. */
export function bindable(pattern: string): string {
  const words = topicWords(pattern);
  const first = words.indexOf("#");
  const last = words.lastIndexOf("#");
  const hashes = words.filter((word) => word === "#").length;
  return hashes <= MOST_HASHES ? pattern : [
    ...words.slice(0, first),
    "#",
    ...words.slice(last + 1),
  ].join(".");
}

/**
 * What a queue is to be. A quorum queue of RabbitMQ 4 drops what was returned 20 times, and each crash of a consumer counts: that is
 * switched off, we count for ourselves. Older ones have no such limit, and refuse the argument.
 */
export function queueTypeArguments(
  { connection }: Channel,
  settings: RabbitMqSettings,
): Record<string, unknown> {
  const type = settings["queue-type"];
  const major = Number.parseInt(connection.serverProperties.version);
  return {
    "x-queue-type": type,
    ...(type === "quorum" && major >= 4 && { "x-delivery-limit": -1 }),
  };
}

/** Whole milliseconds: RabbitMQ takes no others. */
function expiryOf(settings: RabbitMqSettings): number {
  return Math.ceil(settings["group-expires"] * 1000);
}

/** Without a dot: `a` on `b.c` and `a.b` on `c` are different groups. */
function oneWord(group: string): string {
  return group.replaceAll("%", "%25").replaceAll(".", "%2E");
}

/** Binds a queue to what everybody publishes. */
async function bindShared(
  channel: Channel,
  queue: string,
  names: Names,
  pattern: string,
): Promise<void> {
  const { shared, taps, heard } = names;
  const hearsRequests = patternsOverlap(pattern, "#._request.*");
  // What may hear requests binds where a request to Rust handlers doesn't take it for a handler. That way costs the broker
  // three more steps a message, so it is only there since somebody needs it.
  if (hearsRequests) await channel.bindExchange(taps, shared, "#");
  const source = hearsRequests ? heard : shared;
  await channel.bindQueue(queue, source, bindable(pattern));
}

/** Names of queues are 255 bytes at most. */
function shortName(name: string): string {
  const bytes = new TextEncoder().encode(name);
  if (bytes.length <= 255) return name;
  const hash = createHash("sha256").update(bytes).digest("hex");
  return `${new TextDecoder().decode(bytes.slice(0, 150))}.${hash}`;
}
