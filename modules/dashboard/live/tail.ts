import type { Context, Delivery, Subscription } from "@caryatid/sdk";
import { shown } from "./shown.ts";

/** Maximum number of messages of one batch. */
export const MAX_ROWS = 25;
/** Topics of the observation itself, shown only if the pattern names them. */
const INTERNAL = /^caryatid\.(monitor|tracing|control)\./;
/** Maximum number of messages that a filter looks at in one interval. */
const MAX_FILTERED = 200;

/** One message on the page. */
export interface TailRow {
  readonly topic: string;
  /** Time of the publish, in milliseconds since 1970. */
  readonly time: number;
  readonly id: string;
  /** Payload as JSON of a limited length. */
  readonly text: string;
  /** Id of its trace, if the message has one. */
  readonly trace?: string;
}

/** Messages of one interval. */
export interface TailBatch {
  readonly rows: readonly TailRow[];
  /** Number of messages that were not looked at, in total. */
  readonly left: number;
  /** Number of messages that the filter excluded, in total. */
  readonly filtered: number;
  /** Error that ended the tail, if any. */
  readonly error?: string;
}

/**
 * Messages of a pattern for one page. Publishers never wait for it: it takes
 * the first messages of each interval, and counts all others before they are
 * queued.
 */
export class Tail {
  readonly #subscription: Subscription;
  readonly #loop: AsyncIterator<Delivery, undefined>;
  readonly #filter: string;
  readonly #isInternal: boolean;
  readonly #most: number;
  /** Number of messages that it still takes in this interval. */
  #room: number;
  #left = 0;
  #filtered = 0;
  /** Counts and error of the latest batch. */
  #reported = "";
  #error: string | undefined;

  /** Subscribes; `filter` is a text that topic or payload must contain. */
  constructor(context: Context, pattern: string, filter: string) {
    this.#filter = filter.toLowerCase();
    this.#isInternal = pattern.startsWith("caryatid.");
    this.#most = this.#room = filter === "" ? MAX_ROWS : MAX_FILTERED;
    this.#subscription = context.subscribe(pattern, {
      overflow: "drop-newest",
      queueSize: this.#most,
      where: ({ topic }) => this.#wants(topic),
    });
    this.#subscription.ready.catch((error: Error) => {
      this.#error = error.message;
    });
    this.#loop = this.#subscription[Symbol.asyncIterator]();
  }

  /** Takes what waits. Returns undefined if nothing has changed. */
  async take(): Promise<TailBatch | undefined> {
    const rows: TailRow[] = [];
    try {
      while (this.#subscription.queued > 0 && rows.length < MAX_ROWS) {
        const { done, value } = await this.#loop.next();
        if (done) break;
        const row = rowOf(value);
        if (this.#passes(row)) rows.push(row);
        else this.#filtered++;
      }
    } catch (error) {
      this.#error = (error as Error).message;
    }
    this.#room = this.#most - this.#subscription.queued;
    const left = this.#subscription.dropped + this.#left;
    const report = `${left + this.#filtered}${this.#error ?? ""}`;
    if (rows.length === 0 && report === this.#reported) return undefined;
    this.#reported = report;
    return {
      rows,
      left,
      filtered: this.#filtered,
      ...this.#error !== undefined && { error: this.#error },
    };
  }

  /** Closes the subscription. */
  close(): Promise<void> {
    return this.#subscription.close();
  }

  /** Called for each message of the pattern, so it must be fast. */
  #wants(topic: string): boolean {
    const isOwn = !this.#isInternal && topic.startsWith("caryatid.") &&
      INTERNAL.test(topic);
    if (isOwn) return false;
    if (this.#room > 0) {
      this.#room--;
      return true;
    }
    this.#left++;
    return false;
  }

  #passes({ topic, text }: TailRow): boolean {
    return this.#filter === "" || topic.toLowerCase().includes(this.#filter) ||
      text.toLowerCase().includes(this.#filter);
  }
}

function rowOf(delivery: Delivery): TailRow {
  const { topic, message, time, id, headers } = delivery;
  const trace = /^00-([0-9a-f]{32})-/.exec(headers["traceparent"] ?? "")?.[1];
  return { topic, time, id, text: shown(message), ...trace && { trace } };
}
