import type { Log } from "@caryatid/sdk";
import type { Channel, GetMessage, Message } from "amqplib";
import { AckBatch } from "./ack_batch.ts";
import type { ChannelLease, Channels } from "../connection/channels.ts";
import { mismatchError } from "../connection/failures.ts";
import { QueueAccess } from "./queue_access.ts";

/**
 * Waits before an interrupted consumer starts again, in milliseconds; doubled
 * each time.
 */
const FIRST_RETRY = 100;
const LONGEST_RETRY = 10_000;

/** Longest wait for the start of a consumer, in milliseconds. */
const CONSUME_TIMEOUT = 5_000;

/** Options of {@linkcode Consumer}. */
export interface ConsumerOptions {
  /** Pattern, for logs. */
  readonly pattern: string;
  /**
   * Maximum number of unacknowledged messages. Without it, messages are not
   * acknowledged: the broker forgets each one when it has sent it.
   */
  readonly prefetch?: number | undefined;
  /**
   * Declares and binds the queue and returns its name; or only binds `queue`.
   */
  readonly declare: (channel: Channel, queue?: string) => Promise<string>;
  /**
   * Receives a message. With a prefetch, `done` or `refuse` acknowledges it.
   */
  readonly onMessage: (message: Message) => void;
  /** Called when the messages so far can no longer be acknowledged. */
  readonly onInterrupted: () => void;
  /** Called when the queue was deleted by an operator or another client. */
  readonly onDeleted?: () => void;
  /**
   * Called if the queue exists and does not answer. The consumer starts again
   * afterwards.
   */
  readonly onHang?: () => Promise<void>;
  /**
   * Called when the queue is consumed again, with the length of the
   * interruption in milliseconds.
   */
  readonly onResumed?: (interrupted: number) => void;
  readonly log: Log;
}

/** Consumes a queue through all connections of a bus. */
export class Consumer {
  readonly #options: ConsumerOptions;
  readonly #ready = Promise.withResolvers<void>();
  /** The queue at the broker, apart from consuming. */
  readonly access = new QueueAccess({
    channels: () => this.#channels,
    channel: () => this.#lease?.channel,
    queue: () => this.queue,
  });
  /** Number of messages that were received. */
  received = 0;
  #channels: Channels | undefined;
  #lease: ChannelLease | undefined;
  #acks: AckBatch | undefined;
  #tag: string | undefined;
  /** Name of the queue, once it is declared. */
  queue: string | undefined;
  #closed = false;
  #hangs = false;
  #interruptedAt: number | undefined;
  #retry = FIRST_RETRY;
  #timer: ReturnType<typeof setTimeout> | undefined;
  #forget: (() => void) | undefined;
  /** True if the bindings may be lost that are declared at this moment. */
  #rebindsLater = false;

  /** Consumes nothing until `attach`. */
  constructor(options: ConsumerOptions) {
    this.#options = options;
    this.#ready.promise.catch(() => {}); // its callers receive the rejection
  }

  /** Resolves when the queue is bound and consumed for the first time. */
  get ready(): Promise<void> {
    return this.#ready.promise;
  }

  /** Consumes on a new connection. Failures are logged, and retried. */
  async attach(channels: Channels): Promise<void> {
    if (this.#closed) return;
    this.#channels = channels;
    let lease: ChannelLease | undefined;
    try {
      lease = await channels.lease();
      if (this.#closed || channels !== this.#channels) {
        return await lease.release();
      }
      await this.#consume(lease);
    } catch (error) {
      if (lease) this.#interrupted(lease, error as Error);
      else this.#retrySoon(channels, error as Error);
    }
  }

  /** The connection is lost. */
  detach(): void {
    clearTimeout(this.#timer);
    this.#drop();
    this.#channels = undefined;
  }

  /** Binds the queue again, once it is declared on this connection. */
  async rebind(): Promise<void> {
    // An auto-delete queue may be deleted by now. Declared again, it would take
    // requests until it expires, and no handler would answer them.
    if (this.#closed) return;
    const channel = this.#lease?.channel;
    if (channel === undefined) return await this.#retryNow();
    // Until then `queue` is that of the previous connection, which is deleted:
    // the broker would close the channel.
    this.#rebindsLater = this.#tag === undefined;
    if (this.#rebindsLater || this.queue === undefined) return;
    await this.#options.declare(channel, this.queue)
      .catch(() => {}); // the channel closes, and the consumer starts again
  }

  /**
   * Acknowledges a message of the current channel. Tags restart at 1 on a new
   * channel.
   */
  done(message: Message): void {
    this.#acks?.ack(message);
  }

  /** Rejects a message, so that it is not redelivered. */
  refuse(message: Message): void {
    this.#acks?.refuse(message);
  }

  /** True while a message waits for its acknowledgement. */
  holds(message: Message): boolean {
    return this.#acks?.holds(message) ?? false;
  }

  /** Resolves when at most `count` deliveries are not settled. */
  async settledExcept(count: number): Promise<void> {
    await this.#acks?.settledExcept(count);
  }

  /** Sends acknowledgements that wait. */
  flush(): void {
    this.#acks?.flush();
  }

  /** Returns a message to its queue, for another consumer. */
  return(message: Message): void {
    this.#acks?.return(message);
  }

  /**
   * Fetches one message of `queue`, which is then acknowledged like the others;
   * undefined if the queue is empty.
   */
  async get(queue: string): Promise<GetMessage | undefined> {
    const { channel } = this.#lease ?? {};
    const acks = this.#acks;
    if (channel === undefined || acks === undefined) return undefined;
    // deleted with the channel
    const message = await channel.get(queue).catch(() => false as const);
    if (message === false || acks !== this.#acks) return undefined;
    acks.opened(message);
    return message;
  }

  /**
   * Receives no more messages. Those that have arrived can still be
   * acknowledged.
   */
  async stop(): Promise<void> {
    this.#closed = true;
    const { channel } = this.#lease ?? {};
    if (channel === undefined || this.#tag === undefined) return;
    await channel.cancel(this.#tag).catch(() => {}); // deleted with the channel
  }

  /**
   * Stops consuming. Messages that are not acknowledged return to the queue.
   */
  async close(): Promise<void> {
    this.#closed = true;
    clearTimeout(this.#timer);
    const lease = this.#lease;
    if (lease === undefined) return;
    if (!lease.alone) await this.stop();
    const acks = this.#acks;
    this.#lease = this.#acks = undefined;
    this.#forget?.();
    acks?.flush();
    if (lease.alone) await lease.release();
    else acks?.giveBack();
  }

  async #consume(lease: ChannelLease): Promise<void> {
    this.#lease = lease;
    const { channel } = lease;
    const failed = (error: Error) => this.#interrupted(lease, error);
    const closed = () => failed(new Error("its channel was closed"));
    channel.on("error", failed);
    channel.on("close", closed);
    this.#forget = () => {
      channel.off("error", failed);
      channel.off("close", closed);
    };
    const { prefetch } = this.#options;
    const noAck = prefetch === undefined;
    const acks = this.#acks = new AckBatch(channel, lease.alone, prefetch ?? 1);
    if (!noAck) await channel.prefetch(prefetch);
    const queue = this.queue = await this.#options.declare(channel);
    const consuming = channel.consume(queue, (message) => {
      if (acks !== this.#acks) {
        // Other consumers keep the channel: the message would stay unacked.
        if (message && !lease.alone && !noAck) {
          channel.nack(message, false, true);
        }
        return;
      }
      if (message === null) {
        this.#options.onDeleted?.();
        return this.#interrupted(lease, new Error("its queue was deleted"));
      }
      if (!noAck) acks.opened(message);
      this.received++;
      this.#options.onMessage(message);
    }, { noAck });
    const consumerTag = await this.#started(consuming, queue);
    if (lease !== this.#lease) { // closed meanwhile
      if (!lease.alone) await channel.cancel(consumerTag);
      return;
    }
    this.#tag = consumerTag;
    if (this.#rebindsLater) await this.rebind();
    this.#resumed();
  }

  /**
   * Resolves with the tag of the consumer. Rejects if the queue does not
   * answer, as a quorum queue without a majority does.
   */
  async #started(
    consuming: Promise<{ consumerTag: string }>,
    queue: string,
  ): Promise<string> {
    const { promise: late, reject } = Promise.withResolvers<never>();
    const timer = setTimeout(() => {
      this.#hangs = true;
      // the cause in the log; the consumer starts again
      reject(new Error(`queue "${queue}" does not answer`));
    }, CONSUME_TIMEOUT);
    try {
      return (await Promise.race([consuming, late])).consumerTag;
    } finally {
      clearTimeout(timer);
      consuming.catch(() => {}); // deleted with the channel
    }
  }

  #drop(): void {
    if (this.#lease === undefined) return;
    this.#forget?.();
    this.#acks?.drop();
    this.#lease =
      this.#acks =
      this.#tag =
      this.#forget =
        undefined;
    // The connection may have been dead for a while before that was noticed.
    this.#interruptedAt ??= this.#channels?.receivedAt ?? performance.now();
    if (!this.#closed) this.#options.onInterrupted();
  }

  #interrupted(lease: ChannelLease, error: Error): void {
    if (lease !== this.#lease) return;
    const channels = this.#channels;
    this.#drop();
    lease.release();
    if (channels) this.#retrySoon(channels, error);
  }

  /** Starts again without the rest of its wait: the cause may be repaired. */
  async #retryNow(): Promise<void> {
    if (this.#timer === undefined || this.#channels === undefined) return;
    if (this.#hangs) return;
    clearTimeout(this.#timer);
    this.#timer = undefined;
    await this.attach(this.#channels);
  }

  /** Retries later, so that `detach` comes first if the connection is gone. */
  #retrySoon(channels: Channels, error: Error): void {
    setImmediate(() => this.#retryLater(channels, error));
  }

  #retryLater(channels: Channels, error: Error): void {
    if (this.#closed || channels !== this.#channels) return;
    const { pattern, log } = this.#options;
    const wait = this.#retry;
    this.#retry = Math.min(wait * 2, LONGEST_RETRY);
    const mismatch = mismatchError(error);
    log.warn('"{pattern}" was interrupted: {cause}; next try in {wait} ms', {
      pattern,
      cause: mismatch
        ? `[${mismatch.code}] ${mismatch.message}`
        : error.message,
      wait,
    });
    if (mismatch) this.#ready.reject(mismatch);
    this.#timer = setTimeout(async () => {
      this.#timer = undefined;
      if (this.#hangs) {
        this.#hangs = false;
        // logged with the next try
        await this.#options.onHang?.().catch(() => {});
      }
      if (channels === this.#channels) this.attach(channels);
    }, wait);
  }

  #resumed(): void {
    this.#ready.resolve();
    this.#retry = FIRST_RETRY;
    if (this.#interruptedAt === undefined) return;
    this.#options.onResumed?.(performance.now() - this.#interruptedAt);
    this.#interruptedAt = undefined;
  }
}
