import {
  CaryatidError,
  type Context,
  type Delivery,
  type StandardSchema,
  type Subscription,
} from "@caryatid/sdk";
import { mkdir } from "node:fs/promises";
import { storageError } from "../storage_error.ts";
import { SuppressedLogCounter } from "../suppressed_log_counter.ts";
import type { TopicFilter } from "../topic_filter.ts";
import { cborSequence } from "./cbor_sequence.ts";
import type { Batch, Store } from "./entry.ts";
import { FileStore } from "./file_store.ts";
import { type FolderLock, lockFolder } from "./folder_lock.ts";
import { jsonLines } from "./json_lines.ts";
import type { RecordConfig } from "./record_config.ts";
import { RustStore } from "./rust_files.ts";

/** Size at which a batch is written, in bytes. */
const BATCH_BYTES = 1024 * 1024;
/**
 * Delay before the next attempt to write, in milliseconds: doubled each time.
 */
const FIRST_DELAY = 1_000;
const MAX_DELAY = 30_000;

/**
 * Locks and repairs the folder, and creates a recorder for it. The recorder
 * releases the folder when it is closed, or when `context` is stopped before
 * `begin()`.
 *
 * Rejects with `FOLDER_IN_USE`, `PERMISSION_DENIED`, `STORAGE_FAILED` or
 * `RECORDING_DAMAGED`.
 */
export async function openRecorder(
  context: Context,
  config: RecordConfig,
  schema?: StandardSchema,
): Promise<Recorder> {
  const lock = await lockOrCreate(config.path);
  try {
    const store = await openStore(context, config, schema);
    return new Recorder({ context, config, store, lock });
  } catch (error) {
    lock.release();
    throw error;
  }
}

/** Options of {@linkcode Recorder}. */
interface RecorderOptions {
  readonly context: Context;
  readonly config: RecordConfig;
  readonly store: Store;
  readonly lock: FolderLock;
}

/**
 * Collects the deliveries of subscriptions into batches and writes one batch
 * after the other.
 *
 * A loop waits for the write of its last delivery while the queue of its
 * subscription fills. So batches grow with the load, publishers wait if the
 * disk is too slow, and a stopping process waits for unwritten messages.
 */
export class Recorder {
  readonly #options: RecorderOptions;
  readonly #fullAt: number;
  readonly #skipped: SuppressedLogCounter;
  readonly #dropped: SuppressedLogCounter;
  #batch: Batch;
  /** Sequence of the first entry of the batch. */
  #first = 0;
  #next: number;
  #recorded = 0;
  /** Resolves when the last started write has ended. */
  #writing: Promise<void> = Promise.resolve();
  /** A write that has not begun: it includes all entries until then. */
  #pendingFlush: Promise<void> | undefined;
  #timedFlush = false;
  #failure: unknown;

  /** Creates a recorder that has recorded nothing yet. */
  constructor(options: RecorderOptions) {
    const { context: { log, clock }, config, store } = options;
    this.#options = options;
    this.#batch = store.batch();
    this.#next = store.next;
    this.#fullAt = Math.min(BATCH_BYTES, config["max-file-size"]);
    this.#skipped = new SuppressedLogCounter(
      "messages that cannot be encoded",
      log,
      clock,
    );
    this.#dropped = new SuppressedLogCounter(
      "messages that cannot be written",
      log,
      clock,
    );
    const { signal } = options.context;
    if (signal.aborted) options.lock.release();
    else signal.addEventListener("abort", options.lock.release, { once: true });
  }

  /**
   * Leaves the release of the folder to `close`. Until then the start of
   * another module can fail, and `close` is not called.
   */
  begin(): void {
    const { context, lock } = this.#options;
    context.signal.removeEventListener("abort", lock.release);
  }

  /**
   * Records a subscription until it ends, except topics in `duplicates`.
   * Rejects with the errors that the policies of the configuration do not
   * handle.
   */
  async record(
    subscription: Subscription,
    duplicates?: TopicFilter,
  ): Promise<void> {
    for await (const delivery of subscription) {
      if (!duplicates?.matches(delivery.topic)) this.#add(delivery);
      const written = this.#flushIfDue(subscription.queued);
      if (written !== undefined) await written;
    }
  }

  /** Writes the remaining entries and releases the folder. */
  async close(): Promise<void> {
    const { store, lock, context, config } = this.#options;
    const failed = this.#failure !== undefined;
    try {
      await this.#flush().catch((error) => {
        if (!failed) throw error;
        // The first failure is reported already, but not the messages that this
        // one lost.
        context.log.error("{reason}", { reason: error.message });
      });
      await store.close();
    } finally {
      lock.release();
      this.#skipped.flush();
      this.#dropped.flush();
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
        this.#options.config["on-unencodable"] === "fail" ||
        !(error instanceof CaryatidError)
      ) throw error;
      this.#skipped.add(`${error.message}, on ${delivery.topic}`);
    }
  }

  /**
   * Starts a write if one is due. Returns the promise that a loop with `queued`
   * further deliveries has to await.
   */
  #flushIfDue(queued: number): Promise<void> | undefined {
    const { flush } = this.#options.config;
    if (this.#batch.count === 0) return undefined;
    if (this.#batch.size >= this.#fullAt || flush === "message") {
      return this.#flush();
    }
    if (flush === "batch") return queued === 0 ? this.#flush() : undefined;
    if (!this.#timedFlush) {
      this.#timedFlush = true;
      this.#options.context.run(() => this.#flushAfter(flush * 1000));
    }
    return undefined;
  }

  async #flushAfter(milliseconds: number): Promise<void> {
    const { clock, signal } = this.#options.context;
    try {
      await clock.sleep(milliseconds);
    } catch (error) {
      if (!signal.aborted) throw error;
      return; // `close` writes the batch
    } finally {
      this.#timedFlush = false;
    }
    await this.#flush();
  }

  #flush(): Promise<void> {
    if (this.#pendingFlush !== undefined) return this.#pendingFlush;
    const flush = this.#writing.then(() => {
      this.#pendingFlush = undefined;
      return this.#write();
    });
    this.#pendingFlush = flush;
    // the caller of #flush receives the error
    this.#writing = flush.catch(() => {});
    return flush;
  }

  async #write(): Promise<void> {
    const { store, context, config } = this.#options;
    const batch = this.#batch;
    const first = this.#first;
    if (batch.count === 0) return;
    this.#batch = store.batch();
    const { count } = batch;
    let retries = 0;
    for (let delay = FIRST_DELAY;; delay = Math.min(2 * delay, MAX_DELAY)) {
      try {
        await store.write(first, batch);
        this.#recorded += count;
        if (retries > 0) context.log.info("the recorder writes again");
        return;
      } catch (error) {
        const policy = config["on-write-error"];
        const reason = (error as Error).message;
        if (policy === "drop") return this.#dropped.add(reason, batch.count);
        if (policy === "fail" || context.signal.aborted) {
          throw this.#failure = lostError(error, batch.count);
        }
        if (retries++ === 0) this.#warnWaiting(reason, batch.count);
      }
      // A stop ends the delay; then one more attempt follows.
      await context.clock.sleep(delay).catch(() => {});
    }
  }

  #warnWaiting(reason: string, count: number): void {
    this.#options.context.log.warn(
      "{count} messages wait to be written, and publishers wait once the queue is full: {reason}",
      { count, reason },
    );
  }
}

async function lockOrCreate(path: string): Promise<FolderLock> {
  try {
    await mkdir(path, { recursive: true });
  } catch (cause) {
    throw storageError("write to", path, cause);
  }
  return lockFolder(path);
}

function openStore(
  context: Context,
  config: RecordConfig,
  schema: StandardSchema | undefined,
): Promise<Store> {
  const { path, format, compress, sync } = config;
  if (format === "rust") return RustStore.open(path, sync !== "never", schema);
  const every = config["rotate-every"];
  return FileStore.open(path, {
    format: format === "json" ? jsonLines : cborSequence,
    compress,
    sync,
    maxFileSize: config["max-file-size"],
    maxFiles: config["max-files"],
    rotateEvery: every === undefined ? undefined : every * 1000,
    log: context.log,
    clock: context.clock,
  });
}

/**
 * Returns the error for a loop whose message is lost because another loop or a
 * timer failed with `cause`.
 */
function failedBeforeError(topic: string, cause: unknown): CaryatidError {
  return new CaryatidError(
    cause instanceof CaryatidError ? cause.code : "STORAGE_FAILED",
    `Cannot record a message on ${JSON.stringify(topic)}: ` +
      "the recorder has failed before",
    { cause },
  );
}

/**
 * Returns the error of a write with the number of accepted messages that are
 * lost.
 */
function lostError(error: unknown, count: number): unknown {
  if (!(error instanceof CaryatidError)) return error;
  return new CaryatidError(
    error.code,
    `${error.message}; ${count} messages are not in the recording`,
    { cause: error.cause, hint: error.hint },
  );
}
