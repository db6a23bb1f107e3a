import { type Deadlines, PUBLISH_TIMEOUT, randomId } from "@caryatid/sdk/bus";
import { Body } from "../../broker/bodies.ts";
import { OutgoingMessage, unconfirmedError } from "./outgoing_message.ts";
import type { PublishChannel } from "./publish_channel.ts";

/** Marks news of a loss: groups may have missed confirmed messages. */
export const LOST = "lost";
/** Header of such news: age of the first of these messages, in milliseconds. */
export const AGE_HEADER = "caryatid-age";

/** News that exchanges or queues were declared again. */
export interface TopologyNews {
  /** The bus that sends the news, which has bound its queues already. */
  readonly origin: string;
  readonly id: string;
  /**
   * Time since which groups may have missed confirmed messages, by
   * `performance.now()`; undefined if they missed none.
   */
  readonly lostSince?: number | undefined;
}

/** Times after which news are repeated, in milliseconds. */
const REPEAT_NEWS = [1_200, 2_400];
/**
 * Time before the broker refused a publish in which groups may have missed
 * messages, in milliseconds.
 */
const UNNOTICED = 3_000;

/** Options of {@linkcode NewsSender}. */
export interface NewsSenderOptions {
  /** Exchange of the news. */
  readonly exchange: string;
  readonly deadlines: Deadlines;
  /** Longest time that the age of a loss may state, in milliseconds. */
  readonly longest: number;
}

/** Sends news on each connection until the broker has confirmed them. */
export class NewsSender {
  readonly #options: NewsSenderOptions;
  #channel: PublishChannel | undefined;
  /** News that were not confirmed yet. */
  #news: TopologyNews | undefined;

  /** Not connected yet. */
  constructor(options: NewsSenderOptions) {
    this.#options = options;
  }

  /** Sends the news that are not confirmed on a new connection. */
  attach(channel: PublishChannel): void {
    this.#channel = channel;
    if (this.#news !== undefined) this.announce(this.#news);
  }

  /**
   * The connection is lost. Ends the news among its unconfirmed messages, and
   * returns the other ones in their order. The next connection announces the
   * news again; until then they take no room of the publish buffer.
   */
  detach(unconfirmed: readonly OutgoingMessage[]): OutgoingMessage[] {
    this.#channel = undefined;
    return unconfirmed.filter((message) => {
      if (message.options.exchange !== this.#options.exchange) return true;
      message.fail(unconfirmedError(message.topic, PUBLISH_TIMEOUT));
      return false;
    });
  }

  /**
   * Notifies all processes that they must bind their queues again: at once and
   * twice more, because the binding for this news may itself be lost. Without a
   * connection, the news is sent on the next one.
   */
  announce(news: TopologyNews): void {
    this.#news = news;
    this.#send(news);
    for (const wait of REPEAT_NEWS) {
      this.#options.deadlines.add(wait, () => this.#send(news));
    }
  }

  /** The broker refused a publish because the exchange is gone. */
  exchangeLost(): void {
    const lostSince = performance.now() - UNNOTICED;
    this.#news ??= { origin: "", id: randomId(), lostSince };
  }

  #send(news: TopologyNews): void {
    if (this.#channel === undefined) return;
    const message = new OutgoingMessage(
      {
        exchange: this.#options.exchange,
        key: "",
        properties: {
          appId: news.origin,
          messageId: news.id,
          ...this.#lossOf(news),
        },
      },
      new Body(new Uint8Array(0)),
      this.#options.deadlines,
      (confirmed) => {
        if (confirmed && this.#news?.id === news.id) this.#news = undefined;
        return false;
      },
    );
    message.outcome.catch(() => {}); // sent again on the next connection
    this.#channel.send(message);
  }

  /** Returns the properties that state since when messages are lost. */
  #lossOf({ lostSince }: TopologyNews) {
    if (lostSince === undefined) return {};
    const age = Math.min(this.#options.longest, performance.now() - lostSince);
    return { type: LOST, headers: { [AGE_HEADER]: Math.ceil(age) } };
  }
}
