import { CaryatidError, type Log } from "@caryatid/sdk";
import type { Channel, Message } from "amqplib";
import { AckBatch } from "./ack_batch.ts";
import type { Channels, Lease } from "./channels.ts";

/** Waits before a consumer that the broker ends is tried again, doubled each time. In milliseconds. */
const FIRST_RETRY = 100;
const LONGEST_RETRY = 10_000;

/** What a {@linkcode Consumer} consumes, and what for. */
export interface ConsumerOptions {
  /** For logs. */
  readonly pattern: string;
  /** Messages that may be unacknowledged. */
  readonly prefetch: number;
  /** Declares and binds the queue, and gives its name; or only binds `queue`, which is there. */
  readonly declare: (channel: Channel, queue?: string) => Promise<string>;
  /** Takes a message. It is acknowledged by `done` or `refuse`. */
  readonly onMessage: (message: Message) => void;
  /** The queue's messages so far won't be acknowledged any more. */
  readonly onInterrupted: () => void;
  /** It is consumed again, after so many milliseconds. */
  readonly onResumed?: (interrupted: number) => void;
  readonly log: Log;
}

/** Consumes a queue, on one connection after the other. */
export class Consumer {
  readonly #options: ConsumerOptions;
  readonly #ready = Promise.withResolvers<void>();
  #channels: Channels | undefined;
  #lease: Lease | undefined;
  #acks: AckBatch | undefined;
  #tag: string | undefined;
  /** The name of the queue, once it is declared. */
  queue: string | undefined;
  #closed = false;
  #interruptedAt: number | undefined;
  #retry = FIRST_RETRY;
  #timer: ReturnType<typeof setTimeout> | undefined;
  #forget: (() => void) | undefined;

  /** Nothing is consumed until `attach`. */
  constructor(options: ConsumerOptions) {
    this.#options = options;
    this.#ready.promise.catch(() => {}); // who waits for it hears of it
  }

  /** Resolves when the queue is bound and consumed for the first time. */
  get ready(): Promise<void> {
    return this.#ready.promise;
  }

  /** Begins, or goes on, on a new connection. What goes wrong is logged, and tried again. */
  async attach(channels: Channels): Promise<void> {
    if (this.#closed) return;
    this.#channels = channels;
    let lease: Lease | undefined;
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

  /** The connection is gone. */
  detach(): void {
    this.#channels = undefined;
    clearTimeout(this.#timer);
    this.#drop();
  }

  /** Binds its queue again: what it was bound to had been deleted. */
  async rebind(): Promise<void> {
    const channel = this.#lease?.channel;
    if (channel === undefined || this.queue === undefined) return;
    await this.#options.declare(channel, this.queue)
      .catch(() => {}); // that closes the channel, which begins anew
  }

  /** Acknowledges a message, if it came by the channel that is open now: tags restart at 1 on a new one. */
  done(message: Message): void {
    this.#acks?.ack(message);
  }

  /** Gives a message up: it is not to come again. */
  refuse(message: Message): void {
    this.#acks?.refuse(message);
  }

  /** Whether a message waits to be done or refused. */
  holds(message: Message): boolean {
    return this.#acks?.holds(message) ?? false;
  }

  /** Acknowledges now what is done. */
  flush(): void {
    this.#acks?.flush();
  }

  /** Returns a message to its queue, for another consumer. */
  return(message: Message): void {
    this.#acks?.return(message);
  }

  /** Whether nobody else consumes the queue. Unknown is no. */
  async isAlone(): Promise<boolean> {
    const { channel } = this.#lease ?? {};
    if (channel === undefined || this.queue === undefined) return false;
    return await channel.checkQueue(this.queue)
      .then(({ consumerCount }) => consumerCount === 1, () => false); // gone with the channel
  }

  /** Takes what waits in the queue, over the prefetch, for good. For who is alone and ends: the queue goes with its last consumer. */
  async takeRest(use: (message: Message) => void): Promise<void> {
    const { channel } = this.#lease ?? {};
    if (channel === undefined || this.queue === undefined) return;
    try {
      for (;;) {
        const message = await channel.get(this.queue, { noAck: true });
        if (message === false) return;
        use(message);
      }
    } catch {
      // The queue is gone with the channel, and what was in it.
    }
  }

  /** Takes no further messages; those it has may still be done. */
  async stop(): Promise<void> {
    this.#closed = true;
    const { channel } = this.#lease ?? {};
    if (channel === undefined || this.#tag === undefined) return;
    await channel.cancel(this.#tag).catch(() => {}); // gone with the channel
  }

  /**
   * Resolves when the queue is gone, for who was its last consumer, or used by another one. The broker confirms the end of a
   * consumer before it deletes the queue, and what is published meanwhile is lost.
   */
  async untilDeleted(): Promise<void> {
    if (this.#channels === undefined || this.queue === undefined) return;
    try {
      const { channel, alone, release } = await this.#channels.lease();
      if (!alone) return;
      await channel.deleteQueue(this.queue, { ifUnused: true })
        .finally(release);
    } catch {
      // It isn't ours to delete any more, or the connection is gone.
    }
  }

  /** Ends. What isn't acknowledged goes back to its queue. */
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

  async #consume(lease: Lease): Promise<void> {
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
    const acks = this.#acks = new AckBatch(channel, lease.alone, prefetch);
    await channel.prefetch(prefetch);
    const queue = this.queue = await this.#options.declare(channel);
    const { consumerTag } = await channel.consume(queue, (message) => {
      if (acks !== this.#acks) {
        // Its channel goes on for others: it would be held there.
        if (message && !lease.alone) channel.nack(message, false, true);
        return;
      }
      if (message === null) {
        return this.#interrupted(lease, new Error("its queue was deleted"));
      }
      acks.opened(message);
      this.#options.onMessage(message);
    });
    if (lease !== this.#lease) { // closed meanwhile
      if (!lease.alone) await channel.cancel(consumerTag);
      return;
    }
    this.#tag = consumerTag;
    this.#resumed();
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
    this.#interruptedAt ??= performance.now();
    if (!this.#closed) this.#options.onInterrupted();
  }

  #interrupted(lease: Lease, error: Error): void {
    if (lease !== this.#lease) return;
    const channels = this.#channels;
    this.#drop();
    lease.release();
    if (channels) this.#retrySoon(channels, error);
  }

  /** Where the whole connection went, `detach` comes before that. */
  #retrySoon(channels: Channels, error: Error): void {
    setImmediate(() => this.#retryLater(channels, error));
  }

  #retryLater(channels: Channels, error: Error): void {
    if (this.#closed || channels !== this.#channels) return;
    const { pattern, log } = this.#options;
    const wait = this.#retry;
    this.#retry = Math.min(wait * 2, LONGEST_RETRY);
    log.warn('"{pattern}" was interrupted: {cause}; next try in {wait} ms', {
      pattern,
      cause: error.message,
      wait,
    });
    if (/PRECONDITION[-_]FAILED/.test(error.message)) {
      this.#ready.reject(otherwiseError(pattern, error));
    }
    this.#timer = setTimeout(() => {
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

function otherwiseError(pattern: string, cause: Error): CaryatidError {
  return new CaryatidError(
    "BUS_UNAVAILABLE",
    `Cannot consume "${pattern}": ${cause.message}`,
    { hint: "its queue exists with other properties: delete it", cause },
  );
}
