import type { Context, Subscription } from "@caryatid/sdk";
import { yieldToEventLoop } from "@caryatid/sdk/internal/bus";
import type { Feed } from "./feed.ts";
import type { LiveConfig } from "../live_config.ts";
import { type LiveMessage, liveMessage } from "./live_message.ts";
import { isRequestTopic } from "./rights.ts";

/**
 * Number of characters that are read before the readers of the feed get a turn.
 */
const MOST_PER_TURN = 1 << 15;

/**
 * Size of the queue of a bus subscription. A publisher waits if it is full, but
 * never for a client.
 */
const QUEUE_SIZE = 1_000;

/** One subscription to the bus, for all feeds that have its pattern. */
export class Source {
  /** Pattern that it subscribes to. */
  readonly pattern: string;
  /** Feeds that receive its messages. */
  readonly feeds = new Set<Feed>();
  readonly #subscription: Subscription;
  readonly #onEnd: (source: Source) => void;
  readonly #burst: number;
  readonly #room: number;

  /**
   * Subscribes; throws as the bus does. `onEnd` is called when the bus or
   * `close` has ended the subscription.
   */
  constructor(
    context: Context,
    pattern: string,
    config: LiveConfig,
    onEnd: (source: Source) => void,
  ) {
    this.pattern = pattern;
    this.#onEnd = onEnd;
    // Messages of one turn must not remove entries from the history that
    // readers had no turn to read.
    this.#burst = Math.max(1, Math.min(256, config.buffer >> 2));
    this.#room = Math.min(MOST_PER_TURN, config["buffer-size"] >> 2);
    this.#subscription = context.subscribe(pattern, {
      queueSize: QUEUE_SIZE,
      where: ({ topic }) => !isRequestTopic(topic),
    });
    context.run(() => this.#read());
  }

  /** Resolves when the subscription receives every later publish. */
  get ready(): Promise<void> {
    return this.#subscription.ready;
  }

  /** Unsubscribes. */
  close(): Promise<void> {
    return this.#subscription.close();
  }

  async #read(): Promise<void> {
    let burst = 0;
    let size = 0;
    for await (const delivery of this.#subscription) {
      const message = liveMessage(delivery);
      this.#pass(message);
      size += message.json?.length ?? 0;
      if (++burst >= this.#burst || size >= this.#room) {
        burst = size = 0;
        await yieldToEventLoop();
      }
    }
    this.#onEnd(this);
  }

  #pass(message: LiveMessage): void {
    for (const feed of this.feeds) feed.take(this.pattern, message);
  }
}
