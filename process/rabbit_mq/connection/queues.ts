import { patternsOverlap } from "@caryatid/sdk";
import { namesAnswers, requestPattern, topicWords } from "@caryatid/sdk/bus";
import type { Channel } from "amqplib";
import { createHash } from "node:crypto";
import { bindFilter, type Names } from "./topology.ts";
import type { RabbitMqSettings } from "../settings.ts";

/**
 * Maximum number of `#` in a binding. More make brokers slow, and new ones
 * refuse them.
 */
const MOST_HASHES = 2;
/**
 * Time for which a queue of handlers outlives a crash of the broker without
 * consumers, in milliseconds.
 */
const HANDLERS_EXPIRE = 10_000;
/** Time for which a retry queue outlives its messages, in milliseconds. */
const WAITING_EXPIRES = 600_000;

/**
 * Arguments of a quorum queue. RabbitMQ drops a message that was returned more
 * often than the limit. The process decides when a message is dead-lettered or
 * dropped, so the limit is out of reach. With −1, RabbitMQ 3.10 drops a message
 * after one return; without a limit, RabbitMQ 4.0 drops it after 20.
 */
const QUORUM = { "x-queue-type": "quorum", "x-delivery-limit": 1_000_000 };

/**
 * Declares and binds the private queue of a subscription, or only binds
 * `bound`.
 */
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

/** Declares a queue that the broker names and deletes with this connection. */
export async function declarePrivateQueue(channel: Channel): Promise<string> {
  const { queue } = await channel.assertQueue("", {
    exclusive: true,
    autoDelete: true,
    durable: false,
  });
  return queue;
}

/**
 * Declares a private queue and binds it to the fanout exchange `source`, or
 * only binds `bound`.
 */
export async function declareFanoutQueue(
  channel: Channel,
  source: string,
  bound?: string,
): Promise<string> {
  const queue = bound ?? await declarePrivateQueue(channel);
  await channel.bindQueue(queue, source, "");
  return queue;
}

/** Returns the name of the queue that the members of a group share. */
export function groupQueueName(
  names: Names,
  pattern: string,
  group: string,
): string {
  return shortName(`${names.shared}.group.${oneWord(group)}.${pattern}`);
}

/**
 * Declares and binds the queue of a group. It outlives its members, and a crash
 * of the broker.
 */
export async function declareGroupQueue(
  channel: Channel,
  names: Names,
  pattern: string,
  queue: string,
  settings: RabbitMqSettings,
): Promise<void> {
  await channel.assertQueue(queue, {
    durable: true,
    autoDelete: false,
    arguments: {
      ...queueTypeArguments(settings),
      "x-expires": expiryOf(settings),
    },
  });
  await bindGroupQueue(channel, names, pattern, queue);
  // Last: the canary stands for the other bindings.
  await declareCanary(channel, names, queue);
}

/**
 * Declares the exchange that shows if the bindings of the queue of a group were
 * deleted: an auto-delete exchange is deleted with its last binding. Nothing is
 * published to it.
 */
export async function declareCanary(
  channel: Channel,
  names: Names,
  queue: string,
): Promise<void> {
  const canary = canaryName(names, queue);
  await channel.assertExchange(canary, "fanout", { autoDelete: true });
  await channel.bindQueue(queue, canary, "");
}

/** Returns the name of the exchange that `declareCanary` declares. */
export function canaryName(names: Names, queue: string): string {
  return shortName(`${names.shared}.bound.${queue}`);
}

/** Binds a queue as that of a group. */
export async function bindGroupQueue(
  channel: Channel,
  names: Names,
  pattern: string,
  queue: string,
): Promise<void> {
  // A publish that comes by both ways is queued once. The binding to the front
  // outlives a crash.
  await channel.bindQueue(queue, names.front, bindable(pattern));
  await bindShared(channel, queue, names, pattern);
}

/** Removes the bindings of `bindGroupQueue`. */
export async function unbindGroupQueue(
  channel: Channel,
  names: Names,
  pattern: string,
  queue: string,
): Promise<void> {
  const { front, shared, observers, answers } = names;
  for (const source of [front, shared, observers, answers]) {
    await channel.unbindQueue(queue, source, bindable(pattern));
  }
}

/**
 * Declares the queue that stands in for `queue` while it is migrated, behind a
 * fanout exchange of the same name. With `mustExist` the queue must be there
 * from an earlier call.
 */
export async function declareMigrationQueue(
  channel: Channel,
  queue: string,
  settings: RabbitMqSettings,
  mustExist: boolean,
): Promise<string> {
  const name = shortName(`${settings.exchange}.migrating.${queue}`);
  if (mustExist) await channel.checkQueue(name);
  await channel.assertQueue(name, { durable: true, arguments: QUORUM });
  await channel.assertExchange(name, "fanout", { durable: true });
  await channel.bindQueue(name, name, "");
  return name;
}

/**
 * Declares the suspect queue of `queue`, for messages that were redelivered too
 * often. It is always a quorum queue, which counts deliveries. Returns its name
 * and the number of its messages.
 */
export async function declareSuspectQueue(
  channel: Channel,
  queue: string,
  settings: RabbitMqSettings,
): Promise<{ name: string; messages: number }> {
  const name = shortName(`${settings.exchange}.suspect.${queue}`);
  const { messageCount } = await channel.assertQueue(name, {
    durable: true,
    arguments: { ...QUORUM, "x-expires": expiryOf(settings) },
  });
  return { name, messages: messageCount };
}

/**
 * Declares the retry queue of `queue`, in which messages wait for `wait`
 * milliseconds. The broker then moves them to `queue`: from a quorum queue once
 * that is confirmed, which classic queues cannot do.
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
      // Publishing to the queue does not count as use: a message that comes
      // right after the declaration must have left the queue before it expires.
      "x-expires": wait + WAITING_EXPIRES,
    },
  });
  return name;
}

/**
 * Declares and binds the queue that the handlers of a pattern share, in all
 * processes.
 */
export async function declareHandlerQueue(
  channel: Channel,
  names: Names,
  pattern: string,
  settings: RabbitMqSettings,
): Promise<string> {
  const wire = requestPattern(pattern);
  if (settings["join-rust-handlers"]) {
    // Not bound to our requests: a Rust handler would answer one of those on
    // the topic itself, as it lacks the marker.
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

/**
 * Returns the binding of a pattern: a wider one if the broker would refuse it.
 * Messages that do not match are filtered on arrival.
 */
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

/** Returns the arguments of the queue type that the settings ask for. */
export function queueTypeArguments(
  settings: RabbitMqSettings,
): Record<string, unknown> {
  return settings["queue-type"] === "quorum"
    ? QUORUM
    : { "x-queue-type": "classic" };
}

/** Returns whole milliseconds, as RabbitMQ requires. */
function expiryOf(settings: RabbitMqSettings): number {
  return Math.ceil(settings["group-expires"] * 1000);
}

/**
 * Returns the group without dots: `a` on `b.c` and `a.b` on `c` are different
 * groups.
 */
function oneWord(group: string): string {
  return group.replaceAll("%", "%25").replaceAll(".", "%2E");
}

/** Binds a queue to the exchange that every message reaches. */
async function bindShared(
  channel: Channel,
  queue: string,
  names: Names,
  pattern: string,
): Promise<void> {
  const observes = mayMatchRequests(pattern);
  // A subscription that may match requests is bound to `observers`. On the
  // shared exchange, a request to Rust handlers would count it as a handler.
  // This path costs the broker three more steps per message, so it is bound
  // only when a subscription needs it.
  if (observes) await bindFilter(channel, names);
  const source = observes ? names.observers : names.shared;
  await channel.bindQueue(queue, source, bindable(pattern));
  if (namesAnswers(pattern)) {
    await channel.bindQueue(queue, names.answers, bindable(pattern));
  }
}

/** Returns true if a subscription may match requests. */
export function mayMatchRequests(pattern: string): boolean {
  return patternsOverlap(pattern, "#._request.*");
}

/** Returns a name of at most 255 bytes, the maximum of AMQP. */
function shortName(name: string): string {
  const bytes = new TextEncoder().encode(name);
  if (bytes.length <= 255) return name;
  const hash = createHash("sha256").update(bytes).digest("hex");
  return `${new TextDecoder().decode(bytes.slice(0, 150))}.${hash}`;
}
