import {
  CaryatidError,
  type Context,
  type Delivery,
  type Subscription,
} from "@caryatid/sdk";
import type { TopicFilter } from "../topic_filter.ts";
import type { FolderLock } from "./folder_lock.ts";
import type { Batch } from "./format.ts";
import { BATCH_BYTES } from "./limits.ts";
import type { RecordConfig } from "./record_config.ts";
import type { Store } from "./store.ts";
import { Tally } from "./tally.ts";

/** Waits between attempts to write, in milliseconds: doubled each time. */
const FIRST_WAIT = 1_000;
const LONGEST_WAIT = 30_000;

/** What a {@linkcode Recorder} is made of. */
export interface RecorderParts {
  readonly context: Context;
  readonly config: RecordConfig;
  readonly store: Store;
  readonly lock: FolderLock;
}

/**
 * Gathers what loops hear into batches and has them written, one after the other.
 *
 * A loop waits for the write of what it took last, and meanwhile the queue of its subscription fills: so batches grow with the load,
 * publishers wait when the disk can't follow, and a process that stops waits for what is not written yet.
 */
export class Recorder {
  readonly #parts: RecorderParts;
  readonly #fullAt: number;
  readonly #skipped: Tally;
  readonly #dropped: Tally;
  #batch: Batch;
  /** The sequence of the first entry of the batch. */
  #first = 0;
  #next: number;
  #recorded = 0;
  /** Settles when no write goes on. */
  #writing: Promise<void> = Promise.resolve();
  /** A write that hasn't begun: it takes along what comes until then. */
  #waiting: Promise<void> | undefined;
  #flushesLater = false;
  #failure: unknown;

  /** Nothing is recorded yet. */
  constructor(parts: RecorderParts) {
    const { context: { log, clock }, config, store } = parts;
    this.#parts = parts;
    this.#batch = store.batch();
    this.#next = store.next;
    this.#fullAt = Math.min(BATCH_BYTES, config["max-file-size"]);
    this.#skipped = new Tally("messages that have no form", log, clock);
    this.#dropped = new Tally("messages that could not be written", log, clock);
    const { signal } = parts.context;
    if (signal.aborted) parts.lock.release();
    else signal.addEventListener("abort", parts.lock.release, { once: true });
  }

  /** From here on it is `close` that lets the folder go: until then a start may fail elsewhere, and nobody would. */
  begin(): void {
    const { context, lock } = this.#parts;
    context.signal.removeEventListener("abort", lock.release);
  }

  /**
   * Records what a subscription hears, but for topics that are heard `elsewhere`, until it ends. Rejects with what the policies of
   * the configuration don't take.
   */
  async record(heard: Subscription, elsewhere?: TopicFilter): Promise<void> {
    for await (const delivery of heard) {
      if (!elsewhere?.matches(delivery.topic)) this.#add(delivery);
      const written = this.#due(heard.depth);
      if (written !== undefined) await written;
    }
  }

  /** Writes the rest, and lets the folder go. */
  async close(): Promise<void> {
    const { store, lock, context, config } = this.#parts;
    const failed = this.#failure !== undefined;
    try {
      await this.#flush().catch((error) => {
        if (!failed) throw error;
        // The first failure is told already; what this one cost isn't.
        context.log.error("{reason}", { reason: error.message });
      });
      await store.close();
    } finally {
      lock.release();
      this.#skipped.tell();
      this.#dropped.tell();
      context.log.info("recorded {count} messages to {path}", {
        count: this.#recorded,
        path: config.path,
      });
    }
  }

  #add(delivery: Delivery): void {
    if (this.#failure !== undefined) {
      throw failedBeforeError(delivery.topic, this.#failure);
    }
    if (this.#batch.count === 0) this.#first = this.#next;
    try {
      this.#batch.add(this.#next, delivery);
      this.#next++;
    } catch (error) {
      if (
        this.#parts.config["on-unencodable"] === "fail" ||
        !(error instanceof CaryatidError)
      ) throw error;
      this.#skipped.add(`${error.message}, on ${delivery.topic}`);
    }
  }

  /** What the loop has to wait for before it takes the next delivery, of which `depth` are there. */
  #due(depth: number): Promise<void> | undefined {
    const { flush } = this.#parts.config;
    if (this.#batch.count === 0) return undefined;
    if (this.#batch.size >= this.#fullAt || flush === "message") {
      return this.#flush();
    }
    if (flush === "batch") return depth === 0 ? this.#flush() : undefined;
    if (!this.#flushesLater) {
      this.#flushesLater = true;
      this.#parts.context.run(() => this.#flushAfter(flush * 1000));
    }
    return undefined;
  }

  async #flushAfter(milliseconds: number): Promise<void> {
    const { clock, signal } = this.#parts.context;
    try {
      await clock.sleep(milliseconds);
    } catch (error) {
      if (!signal.aborted) throw error;
      return; // `close` writes it
    } finally {
      this.#flushesLater = false;
    }
    await this.#flush();
  }

  #flush(): Promise<void> {
    if (this.#waiting !== undefined) return this.#waiting;
    const flush = this.#writing.then(() => {
      this.#waiting = undefined;
      return this.#write();
    });
    this.#waiting = flush;
    this.#writing = flush.catch(() => {}); // whoever asked for it hears of it
    return flush;
  }

  async #write(): Promise<void> {
    const { store, context, config } = this.#parts;
    const batch = this.#batch;
    const first = this.#first;
    if (batch.count === 0) return;
    this.#batch = store.batch();
    const { count } = batch;
    let retries = 0;
    for (let wait = FIRST_WAIT;; wait = Math.min(2 * wait, LONGEST_WAIT)) {
      try {
        await store.write(first, batch);
        this.#recorded += count;
        if (retries > 0) context.log.info("writes again");
        return;
      } catch (error) {
        const policy = config["on-write-error"];
        const reason = (error as Error).message;
        if (policy === "drop") return this.#dropped.add(reason, batch.count);
        if (policy === "fail" || context.signal.aborted) {
          throw this.#failure = lostError(error, batch.count);
        }
        if (retries++ === 0) this.#tellWaits(reason, batch.count);
      }
      // Cut short by a stop: then there is one more attempt.
      await context.clock.sleep(wait).catch(() => {});
    }
  }

  #tellWaits(reason: string, count: number): void {
    this.#parts.context.log.warn(
      "{count} messages wait to be written, and publishers may have to: {reason}",
      { count, reason },
    );
  }
}

/** Another loop, or a timer, has failed with `cause`; what this loop has in hand is lost, too. */
function failedBeforeError(topic: string, cause: unknown): CaryatidError {
  return new CaryatidError(
    cause instanceof CaryatidError ? cause.code : "STORAGE_FAILED",
    `Cannot record a message on ${JSON.stringify(topic)}: ` +
      "found a recorder that has failed, wanted one at work",
    { cause },
  );
}

/** What was accepted and is lost is told, with how many there were. */
function lostError(error: unknown, count: number): unknown {
  if (!(error instanceof CaryatidError)) return error;
  return new CaryatidError(
    error.code,
    `${error.message}; ${count} messages are not in the recording`,
    { cause: error.cause, hint: error.hint },
  );
}
