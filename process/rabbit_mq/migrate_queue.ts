import { CaryatidError, type Log, validatePattern } from "@caryatid/sdk";
import type { Channel, ChannelModel } from "amqplib";
import { withChannel } from "./connection/channels.ts";
import {
  describeProblem,
  mismatchError,
  unavailableError,
} from "./connection/failures.ts";
import { linkOptions } from "./connection/link.ts";
import { OpenConnection } from "./connection/open_connection.ts";
import {
  bindGroupQueue,
  declareGroupQueue,
  declareMigrationQueue,
  groupQueueName,
  queueTypeArguments,
  unbindGroupQueue,
} from "./connection/queues.ts";
import { declareTopology, namesOf } from "./connection/topology.ts";
import { QueueMove } from "./queue_move.ts";
import type { RabbitMqSettings } from "./settings.ts";

/** Queue of a group, or the dead-letter queue of the settings. */
export type MigratedQueue =
  | { readonly group: string; readonly pattern: string }
  | "dead-letters";

/** Result of {@linkcode migrateQueue}. */
export interface Migration {
  readonly queue: string;
  /** Number of messages that were moved to the new queue. */
  readonly moved: number;
}

/** Operations on one queue, by its name or by that of its stand-in. */
interface Target {
  readonly queue: string;
  /** Declares the quorum queue, and binds it. */
  declare(channel: Channel): Promise<void>;
  bind(channel: Channel, queue: string): Promise<void>;
  unbind(channel: Channel, queue: string): Promise<void>;
}

/**
 * Replaces a classic queue by a quorum queue of the same name and bindings. Its
 * messages pass through a third queue, each with a confirm, and are received
 * meanwhile by at least one of the three. A migration that was interrupted
 * continues with the next call.
 *
 * @throws {CaryatidError}
 * `QUEUE_MISMATCH` while a member of the group is connected, or if another
 * property differs, `INVALID_CONFIG` if there is no such queue,
 * `BUS_UNAVAILABLE`
 */
export async function migrateQueue(
  settings: RabbitMqSettings,
  what: MigratedQueue,
  log: Log,
): Promise<Migration> {
  const target = targetOf(settings, what);
  const connection = await connect(settings, log);
  try {
    return await migrate(connection.model, settings, target);
  } catch (error) {
    if (error instanceof CaryatidError) throw error;
    const cause = connection.failure ?? error as Error;
    throw mismatchError(cause) ??
      unavailableError(`migrate the queue "${target.queue}"`, {
        text: cause.message,
        hint: "Run the command again: it continues.",
      });
  } finally {
    await connection.close();
  }
}

async function migrate(
  connection: ChannelModel,
  settings: RabbitMqSettings,
  { queue, declare, bind, unbind }: Target,
): Promise<Migration> {
  const use = <T>(work: (channel: Channel) => Promise<T>) =>
    withChannel(connection, work);
  const found = await exists(connection, queue);
  const standIn = await use((channel) =>
    declareMigrationQueue(channel, queue, settings, !found)
  ).catch((error) => {
    throw error.code === 404 ? missingError(queue) : error;
  });
  await use((channel) => declareTopology(channel, namesOf(settings.exchange)));
  let moved: number;
  if (found && await isClassic(connection, declare)) {
    const move = await QueueMove.open(connection, {
      from: queue,
      to: standIn,
      via: standIn,
      exclusive: true,
    });
    try {
      await move.past(move.backlog);
      await use((channel) => bind(channel, standIn));
      await use((channel) => unbind(channel, queue));
      await move.emptied();
      // Both at once: a message that waits for a retry returns to this name.
      await use(async (channel) => {
        const deleted = channel.deleteQueue(queue, { ifEmpty: true });
        await Promise.all([deleted, declare(channel)]);
      });
    } finally {
      await move[Symbol.asyncDispose](); // by hand: Node.js 22 has no `using`
    }
  } else {
    await use(declare);
  }
  await use(async (channel) => {
    await unbind(channel, standIn);
    await channel.bindQueue(queue, standIn, "");
    await channel.unbindQueue(standIn, standIn, "");
  });
  const back = await QueueMove.open(connection, {
    from: standIn,
    to: queue,
    via: standIn,
    exclusive: false,
  });
  try {
    await back.emptied();
    moved = back.moved;
  } finally {
    await back[Symbol.asyncDispose]();
  }
  await use(async (channel) => {
    await channel.deleteQueue(standIn);
    await channel.deleteExchange(standIn);
  });
  return { queue, moved };
}

function targetOf(settings: RabbitMqSettings, what: MigratedQueue): Target {
  const names = namesOf(settings.exchange);
  if (what === "dead-letters") {
    const queue = settings["dead-letter-exchange"]!;
    const bind = async (channel: Channel, name: string) => {
      await channel.bindQueue(name, queue, "#");
    };
    return {
      queue,
      bind,
      declare: async (channel) => {
        const type = queueTypeArguments(settings);
        await channel.assertQueue(queue, { durable: true, arguments: type });
        await bind(channel, queue);
      },
      unbind: async (channel, name) => {
        await channel.unbindQueue(name, queue, "#");
      },
    };
  }
  const { group, pattern } = what;
  validatePattern(pattern);
  const queue = groupQueueName(names, pattern, group);
  return {
    queue,
    declare: (channel) =>
      declareGroupQueue(channel, names, pattern, queue, settings),
    bind: (channel, name) => bindGroupQueue(channel, names, pattern, name),
    unbind: (channel, name) => unbindGroupQueue(channel, names, pattern, name),
  };
}

async function connect(
  settings: RabbitMqSettings,
  log: Log,
): Promise<OpenConnection> {
  const link = linkOptions(settings, log);
  const [address] = link.addresses;
  const { signal } = new AbortController();
  try {
    const name = "migrating";
    return await OpenConnection.to(address!, { ...link, name, signal });
  } catch (error) {
    const problem = describeProblem(error, address!);
    throw unavailableError(`connect to ${address!.shown}`, problem);
  }
}

async function exists(
  connection: ChannelModel,
  queue: string,
): Promise<boolean> {
  try {
    await withChannel(connection, (channel) => channel.checkQueue(queue));
    return true;
  } catch (error) {
    if ((error as { code?: number }).code === 404) return false;
    throw error;
  }
}

/** Returns false if the queue is a quorum queue with all other properties. */
async function isClassic(
  connection: ChannelModel,
  declare: Target["declare"],
): Promise<boolean> {
  try {
    await withChannel(connection, declare);
    return false;
  } catch (error) {
    if (/'x-queue-type'/.test((error as Error).message)) return true;
    throw error;
  }
}

function missingError(queue: string): CaryatidError {
  return new CaryatidError(
    "INVALID_CONFIG",
    `Cannot migrate the queue "${queue}": the broker has no such queue`,
    { hint: "Name the group, the pattern and the exchange of the bus." },
  );
}
