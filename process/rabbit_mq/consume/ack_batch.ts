import type { Channel, Message } from "amqplib";

/**
 * Acknowledges deliveries of one channel together: at the end of the first turn
 * of the event loop in which no further delivery is finished, or when the
 * waiting ones approach the prefetch. Each acknowledgement costs a system call,
 * a message to the broker, and work there.
 *
 * Deliveries may finish in another order than they arrived: the oldest ones,
 * without a gap, are acknowledged together.
 */
export class AckBatch {
  readonly #channel: Channel;
  readonly #alone: boolean;
  /** Unsettled deliveries by tag, in the order of their arrival. */
  readonly #open = new Map<number, Message>();
  readonly #most: number;
  #done: Message[] = [];
  /** True while a flush is scheduled. */
  #waiting = false;
  /** Number of finished deliveries at the end of the previous turn. */
  #before = 0;
  #awaited:
    | { readonly count: number; readonly resolve: () => void }
    | undefined;

  /**
   * On a shared channel each delivery is acknowledged separately. A quarter of
   * `prefetch` may wait.
   */
  constructor(channel: Channel, alone: boolean, prefetch: number) {
    this.#channel = channel;
    this.#alone = alone;
    this.#most = Math.ceil(prefetch / 4);
  }

  /** Adds a delivery of this channel. */
  opened(message: Message): void {
    this.#open.set(message.fields.deliveryTag, message);
  }

  /** True if the delivery is of this channel and not settled. */
  holds(message: Message): boolean {
    return this.#open.get(message.fields.deliveryTag) === message;
  }

  /** Acknowledges a delivery with the next batch. */
  ack(message: Message): void {
    if (!this.#close(message)) return;
    this.#done.push(message);
    if (this.#waiting) return;
    this.#waiting = true;
    setImmediate(this.#turned);
  }

  /**
   * Resolves when at most `count` deliveries are not settled, or when the
   * channel is closed.
   */
  settledExcept(count: number): Promise<void> {
    if (this.#open.size <= count) return Promise.resolve();
    const { promise, resolve } = Promise.withResolvers<void>();
    this.#awaited = { count, resolve };
    return promise;
  }

  /** Settles the message with an error. */
  refuse(message: Message): void {
    if (this.#close(message)) this.#channel.nack(message, false, false);
  }

  /** Returns a delivery to its queue, for another consumer. */
  return(message: Message): void {
    if (this.#close(message)) this.#channel.nack(message, false, true);
  }

  /** Acknowledges the finished deliveries now. */
  flush(): void {
    const done = this.#done;
    this.#done = [];
    this.#before = 0;
    const [oldestOpen = Infinity] = this.#alone ? this.#open.keys() : [0];
    let last: Message | undefined;
    for (const message of done) {
      const tag = message.fields.deliveryTag;
      if (tag > oldestOpen) this.#channel.ack(message);
      else if (!last || tag > last.fields.deliveryTag) last = message;
    }
    if (last) this.#channel.ack(last, true);
  }

  /** Forgets all deliveries, because the channel is closed. */
  drop(): void {
    this.#open.clear();
    this.#done = [];
    this.#awaited?.resolve();
  }

  /** Returns unfinished deliveries to their queue. */
  giveBack(): void {
    for (const message of this.#open.values()) {
      this.#channel.nack(message, false, true);
    }
    this.#open.clear();
  }

  #turned = (): void => {
    const { length } = this.#done;
    if (length > this.#before && length < this.#most) {
      this.#before = length;
      setImmediate(this.#turned);
      return;
    }
    this.#waiting = false;
    this.flush();
  };

  /** Returns true if the delivery is of this channel: each counts from 1. */
  #close(message: Message): boolean {
    if (!this.holds(message)) return false;
    this.#open.delete(message.fields.deliveryTag);
    if (this.#awaited && this.#open.size <= this.#awaited.count) {
      this.#awaited.resolve();
    }
    return true;
  }
}
