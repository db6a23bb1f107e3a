import type {
  Clock,
  Log,
  MessageBus,
  SpanBatch,
  SpanRecord,
} from "@caryatid/sdk";
import { describeFailure } from "@caryatid/sdk/bus";
import { Ring } from "@caryatid/sdk/internal/bus";

/** Maximum number of spans that wait for the next batch. */
const MAX_WAITING = 2_048;

/** Maximum number of spans in a batch. */
const MAX_BATCH = 512;

/** Minimum time between two batches, in milliseconds. */
const INTERVAL = 250;

/** Options of {@linkcode SpanTopic}. */
export interface SpanTopicOptions {
  /** Bus below all layers: a batch is not traced. */
  readonly bus: MessageBus;
  readonly topic: string;
  /** Name of the process in each batch. */
  readonly process: string;
  readonly clock: Clock;
  readonly log: Log;
  /** Returns the number of traces that were skipped since the last call. */
  readonly takeSkipped?: () => number;
}

/**
 * Topic of `[tracing] topic`. Finished spans are published in batches. A
 * subscriber that does not read, or a broker that is down, costs spans, which
 * are counted; it never makes a publisher wait, and the memory is bounded.
 */
export class SpanTopic {
  readonly #options: SpanTopicOptions;
  readonly #stopping = new AbortController();
  #waiting = new Ring<SpanRecord>();
  #dropped = 0;
  #sending: Promise<void> | undefined;
  #failing = false;

  /** Publishes nothing yet. */
  constructor(options: SpanTopicOptions) {
    this.#options = options;
  }

  /** Adds a finished span to the next batch. */
  add(record: SpanRecord): void {
    if (this.#waiting.length >= MAX_WAITING) {
      this.#dropped++;
      return;
    }
    this.#waiting.push(record);
    this.#sending ??= this.#send();
  }

  /** Publishes the waiting spans, without waiting for room, and stops. */
  async stop(): Promise<void> {
    this.#stopping.abort();
    await this.#sending;
  }

  async #send(): Promise<void> {
    const { clock } = this.#options;
    const { signal } = this.#stopping;
    while (this.#waiting.length > 0) {
      // Rejects when the process stops: then the last batches follow at once.
      if (!signal.aborted) {
        await clock.sleep(INTERVAL, signal).catch(() => {});
      }
      await this.#publish(this.#batch());
    }
    this.#sending = undefined;
  }

  #batch(): SpanBatch {
    const spans: SpanRecord[] = [];
    while (spans.length < MAX_BATCH) {
      const record = this.#waiting.shift();
      if (record === undefined) break;
      spans.push(record);
    }
    const dropped = this.#dropped;
    this.#dropped = 0;
    const { process, takeSkipped } = this.#options;
    const skipped = takeSkipped?.() ?? 0;
    return { process, dropped, ...skipped > 0 && { skipped }, spans };
  }

  async #publish(batch: SpanBatch): Promise<void> {
    const { bus, topic, log } = this.#options;
    try {
      await bus.publish(topic, batch, { timeout: INTERVAL });
      if (this.#failing) log.info("spans are published again");
      this.#failing = false;
    } catch (error) {
      this.#dropped += batch.dropped + batch.spans.length;
      if (this.#failing || this.#stopping.signal.aborted) return;
      this.#failing = true;
      log.warn("cannot publish spans on {topic}, dropping them: {reason}", {
        topic,
        reason: describeFailure(error).message,
      });
    }
  }
}
