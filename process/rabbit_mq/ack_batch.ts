import type { Channel, Message } from "amqplib";

/**
 * Acknowledges deliveries of one channel together: at the end of the first turn of the event loop in which no more are done, or when
 * so many wait that the broker might run out of what it may send. Each time is a system call, a message to the broker, and work
 * there: in one that has read 64 KiB only six messages of 10 KiB are done.
 *
 * Steps may end in another order than deliveries came; what is acknowledged together is the oldest, without a gap.
 */
export class AckBatch {
  readonly #channel: Channel;
  readonly #alone: boolean;
  /** By tag, in the order in which they came. */
  readonly #open = new Map<number, Message>();
  readonly #most: number;
  #done: Message[] = [];
  /** Whether a turn's end is waited for. */
  #waiting = false;
  /** How many were done at the end of the turn before. */
  #before = 0;

  /** On a shared channel each delivery is acknowledged by itself. The broker sends `prefetch` ahead: a quarter of them may wait. */
  constructor(channel: Channel, alone: boolean, prefetch: number) {
    this.#channel = channel;
    this.#alone = alone;
    this.#most = Math.ceil(prefetch / 4);
  }

  /** A delivery came by this channel. */
  opened(message: Message): void {
    this.#open.set(message.fields.deliveryTag, message);
  }

  /** Whether it came by this channel and is neither done nor given up. */
  holds(message: Message): boolean {
    return this.#open.get(message.fields.deliveryTag) === message;
  }

  /** It is done. */
  ack(message: Message): void {
    if (!this.#close(message)) return;
    this.#done.push(message);
    if (this.#waiting) return;
    this.#waiting = true;
    setImmediate(this.#turned);
  }

  /** It is given up. */
  refuse(message: Message): void {
    if (this.#close(message)) this.#channel.nack(message, false, false);
  }

  /** It is for somebody else. */
  return(message: Message): void {
    if (this.#close(message)) this.#channel.nack(message, false, true);
  }

  /** Tells the broker what is done. */
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

  /** The channel is gone: nothing of it can be acknowledged any more. */
  drop(): void {
    this.#open.clear();
    this.#done = [];
  }

  /** Returns what isn't done to its queue. */
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

  /** Whether it came by this channel: tags begin at 1 on each. */
  #close(message: Message): boolean {
    return this.holds(message) &&
      this.#open.delete(message.fields.deliveryTag);
  }
}
