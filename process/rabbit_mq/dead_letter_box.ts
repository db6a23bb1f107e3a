import { CaryatidError, topicMatches, validatePattern } from "@caryatid/sdk";
import { checkCount } from "@caryatid/sdk/bus";
import type { Channel, ChannelModel, Message } from "amqplib";
import type { Cemetery } from "./cemetery.ts";
import { withChannel } from "./channels.ts";
import { type DeadLetter, letterOf, ownHeaders } from "./dead_letter.ts";
import type { DeadLetterFilter, DeadLetters } from "./dead_letters.ts";
import type { Names } from "./names.ts";
import type { Publisher } from "./publisher.ts";

/** Letters that `list` gives at most, unless it is told otherwise. */
const LISTED = 100;
/** How long letters that go back into a queue are waited for, in milliseconds; then they come back by themselves. */
const PATIENCE = 1_000;

/** What a {@linkcode DeadLetterBox} works with. */
export interface DeadLetterBoxOptions {
  readonly names: Names;
  readonly cemetery: Cemetery;
  readonly publisher: Publisher;
}

/** Goes through the queue of dead letters. */
export class DeadLetterBox implements DeadLetters {
  readonly #options: DeadLetterBoxOptions;
  #connection: ChannelModel | undefined;

  /** Made by the bus. */
  constructor(options: DeadLetterBoxOptions) {
    this.#options = options;
  }

  /** A new connection. */
  attach(connection: ChannelModel): void {
    this.#connection = connection;
  }

  /** The connection is gone. */
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

  /** Gives each one to `use`, and removes those for which that is true. Resolves with how many there were. */
  async #visit(
    what: string,
    filter: DeadLetterFilter,
    use: (message: Message) => boolean | Promise<boolean>,
  ): Promise<number> {
    const { limit = Infinity } = filter;
    if (limit !== Infinity) checkCount("limit", limit, Number.MAX_SAFE_INTEGER);
    if (filter.topic !== undefined) validatePattern(filter.topic);
    const queue = this.#options.cemetery.exchange;
    if (queue === undefined) throw notKeptError(what);
    if (this.#connection === undefined) throw awayError(what);
    // What isn't removed goes back to its place, also where this ends in the middle: when the channel is closed.
    return await withChannel(this.#connection, async (channel) => {
      const { messageCount } = await channel.checkQueue(queue);
      let used = 0, seen = 0, removed = 0;
      for (; seen < messageCount && used < limit; seen++) {
        const message = await channel.get(queue);
        if (message === false) break;
        if (!fits(letterOf(message), filter)) continue;
        used++;
        if (!await use(message)) continue;
        channel.ack(message);
        removed++;
      }
      if (seen > removed) {
        await giveBack(channel, queue, messageCount - removed);
      }
      return used;
    }).catch((error) => {
      throw error instanceof CaryatidError ? error : awayError(what, error);
    });
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

/** Gives back what isn't acknowledged; resolves when `all` are there again. A quorum queue takes them in its own time, and tells nobody. */
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
    { hint: "set dead-letter-exchange of the bus" },
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
