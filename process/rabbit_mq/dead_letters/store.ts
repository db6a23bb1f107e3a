import {
  CaryatidError,
  type DeadLetter,
  type DeadLetterFilter,
  type DeadLetters,
  topicMatches,
  validatePattern,
} from "@caryatid/sdk";
import { checkCount } from "@caryatid/sdk/bus";
import type { Channel, ChannelModel, Message } from "amqplib";
import type { DeadLetterPublisher } from "./publisher.ts";
import { withChannel } from "../connection/channels.ts";
import { letterOf, ownHeaders } from "./dead_letter.ts";
import { runningDeadLetterExchanges } from "./survey.ts";
import type { Names } from "../connection/topology.ts";
import type { Publisher } from "../publish/publisher.ts";

/** Default of the maximum number that `list` returns. */
const LISTED = 100;
/**
 * Longest wait until returned letters are in their queue again, in
 * milliseconds.
 */
const PATIENCE = 5_000;

/** Options of {@linkcode DeadLetterStore}. */
export interface DeadLetterStoreOptions {
  readonly names: Names;
  readonly deadLetterPublisher: DeadLetterPublisher;
  readonly publisher: Publisher;
}

/** Lists, replays and drops the messages of the dead-letter queue. */
export class DeadLetterStore implements DeadLetters {
  readonly #options: DeadLetterStoreOptions;
  #connection: ChannelModel | undefined;

  /** Not connected yet. */
  constructor(options: DeadLetterStoreOptions) {
    this.#options = options;
  }

  /** Uses a new connection. */
  attach(connection: ChannelModel): void {
    this.#connection = connection;
  }

  /** The connection is lost. */
  detach(): void {
    this.#connection = undefined;
  }

  async list(filter: DeadLetterFilter = {}): Promise<DeadLetter[]> {
    const letters: DeadLetter[] = [];
    await this.#visit("list", { limit: LISTED, ...filter }, (message) => {
      letters.push(letterOf(message));
      return false;
    });
    return letters;
  }

  replay(filter: DeadLetterFilter = {}): Promise<number> {
    return this.#visit("replay", filter, async (message) => {
      await this.#publish(message);
      return true;
    });
  }

  drop(filter: DeadLetterFilter = {}): Promise<number> {
    return this.#visit("drop", filter, () => true);
  }

  /**
   * Passes each letter that matches to `use`, and removes it if that returns
   * true. Resolves with the number of letters.
   */
  async #visit(
    what: string,
    filter: DeadLetterFilter,
    use: (message: Message) => boolean | Promise<boolean>,
  ): Promise<number> {
    const { limit = Infinity } = filter;
    if (limit !== Infinity) checkCount("limit", limit, Number.MAX_SAFE_INTEGER);
    if (filter.topic !== undefined) validatePattern(filter.topic);
    const queue = this.#options.deadLetterPublisher.exchange;
    if (queue === undefined) throw notKeptError(what);
    const connection = this.#connection;
    if (connection === undefined) throw awayError(what);
    // Letters that are not removed return to their place in the queue when the
    // channel closes, also if this ends early.
    return await withChannel(connection, async (channel) => {
      let used = 0, seen = 0, removed = 0, all = 1;
      for (; seen < all && used < limit; seen++) {
        const message = await channel.get(queue);
        if (message === false) break;
        // Not counted by `checkQueue`: a busy quorum queue then answers 0.
        if (seen === 0) all += message.fields.messageCount;
        if (!fits(letterOf(message), filter)) continue;
        used++;
        if (!await use(message)) continue;
        channel.ack(message);
        removed++;
      }
      if (seen > removed) {
        await giveBack(channel, queue, all - removed);
      }
      return used;
    }).catch(async (error) => {
      if (error instanceof CaryatidError) throw error;
      if (error.code !== 404) throw awayError(what, error);
      throw await this.#missingError(what, queue, connection);
    });
  }

  /** Returns the error of a queue that does not exist, with those that do. */
  async #missingError(
    what: string,
    queue: string,
    connection: ChannelModel,
  ): Promise<CaryatidError> {
    const { names } = this.#options;
    const found = await runningDeadLetterExchanges(connection, names)
      .catch(() => []); // the error without them says enough
    const wanted = found.length === 0
      ? `no running process on the exchange "${names.shared}" keeps dead letters`
      : `processes on the exchange "${names.shared}" keep theirs in ${
        found.map((name) => `"${name}"`).join(", ")
      }`;
    return new CaryatidError(
      "NO_QUEUE",
      `Cannot ${what} dead letters: found no queue "${queue}"; ${wanted}`,
      {
        hint: found.length === 0
          ? "A group with a dead-letter-exchange declares it when it subscribes; rabbitmqctl list_queues shows all queues."
          : "Name one of these as dead-letter-exchange.",
      },
    );
  }

  async #publish(message: Message): Promise<void> {
    const { publisher, names } = this.#options;
    const { timestamp, contentType, appId } = message.properties;
    const { id, topic } = letterOf(message);
    await publisher.send({
      exchange: names.front,
      key: topic,
      body: message.content,
      properties: {
        persistent: true,
        messageId: id,
        timestamp,
        contentType,
        appId,
        headers: ownHeaders(message),
      },
    });
  }
}

/**
 * Returns the letters that are not acknowledged. Resolves when the queue has
 * `all` of them again: a quorum queue takes its time.
 */
async function giveBack(
  channel: Channel,
  queue: string,
  all: number,
): Promise<void> {
  channel.nackAll();
  const end = performance.now() + PATIENCE;
  while (performance.now() < end) {
    const { messageCount } = await channel.checkQueue(queue);
    if (messageCount >= all) return;
  }
}

function fits(
  letter: DeadLetter,
  { topic, id, code }: DeadLetterFilter,
): boolean {
  return (id === undefined || letter.id === id) &&
    (code === undefined || letter.code === code) &&
    (topic === undefined || topicMatches(topic, letter.topic));
}

function notKeptError(what: string): CaryatidError {
  return new CaryatidError(
    "INVALID_CONFIG",
    `Cannot ${what} dead letters: none are kept`,
    { hint: "Set dead-letter-exchange of the bus." },
  );
}

function awayError(what: string, cause?: Error): CaryatidError {
  return new CaryatidError(
    "BUS_UNAVAILABLE",
    `Cannot ${what} dead letters: ${
      cause?.message ?? "there is no connection"
    }`,
    { cause },
  );
}
