import type { CaryatidError, Log } from "@caryatid/sdk";
import type { Deadlines } from "@caryatid/sdk/bus";
import {
  type ChannelModel,
  type ConfirmChannel,
  IllegalOperationError,
} from "amqplib";
import { Buffer } from "node:buffer";
import type { Resident } from "./link.ts";
import type { Names } from "./names.ts";
import { Outbox } from "./outbox.ts";
import {
  brokersLimit,
  fullError,
  tooLargeError,
  unsendableError,
} from "./publish_errors.ts";
import { Sending, type SendOptions } from "./sending.ts";
import { declareTopology } from "./topology.ts";

/** How long a message that the broker refused waits for its next try, in milliseconds. */
const REFUSED_PAUSE = 100;

/** Bounds of what is on its way. */
export interface PublisherLimits {
  /** Publishes without a confirm at the same time. */
  readonly window: number;
  /** Publishes that wait while the broker is away. */
  readonly messages: number;
  /** Bytes of their bodies; those that are sent and not confirmed have as many again. */
  readonly bytes: number;
}

/** Sends messages and waits for their confirms; keeps them while the broker is away, and sends them again, in order. */
export class Publisher implements Resident {
  readonly #names: Names;
  readonly #limits: PublisherLimits;
  readonly #deadlines: Deadlines;
  readonly #log: Log;
  readonly #outbox = new Outbox();
  /** Sent, without a confirm. In the order of sending. */
  readonly #unconfirmed = new Set<Sending>();
  #unconfirmedBytes = 0;
  readonly #returned = new Set<string>();
  #channel: ConfirmChannel | undefined;
  #blocked = false;
  #writable = true;
  /** What the broker takes at most, in bytes, once it has told. */
  #largest = Infinity;
  /** Whether an exchange was missing. */
  #lostExchange = false;
  #closed: CaryatidError | undefined;
  /** Sendings that somebody waits for. */
  #awaited = 0;
  /** Whether some that nobody waits for may be in the outbox. */
  #stale = false;
  #idle: (() => void) | undefined;

  /** Not connected yet. */
  constructor(
    names: Names,
    limits: PublisherLimits,
    deadlines: Deadlines,
    log: Log,
  ) {
    this.#names = names;
    this.#limits = limits;
    this.#deadlines = deadlines;
    this.#log = log;
  }

  /**
   * Sends, and resolves with whether somebody's queue took it (only known of mandatory ones). Rejects with `BUS_UNAVAILABLE` when
   * there is no room to keep it or no confirm in time, `MESSAGE_TOO_LARGE`, `ABORTED`, or `BUS_CLOSED`.
   */
  send(options: SendOptions): Promise<boolean> {
    const refusal = this.refusal(options.key, options.body.length);
    if (refusal) return Promise.reject(refusal);
    this.#awaited++;
    const sending = new Sending(options, this.#deadlines, this.#ended);
    this.#outbox.push(sending);
    this.#flush();
    return sending.outcome;
  }

  /**
   * Why a body of that size would not be sent, with so many others that wait elsewhere. To ask before it is encoded, with 0,
   * spares the work.
   */
  refusal(key: string, size: number, others = 0): CaryatidError | undefined {
    if (this.#closed) return this.#closed;
    if (size > this.#largest) return tooLargeError(key, size, this.#largest);
    return this.#hasRoom(size, others)
      ? undefined
      : fullError(key, this.#limits);
  }

  /** Resolves when nobody waits for a confirm any more, or after `patience` milliseconds. */
  async idle(patience: number): Promise<void> {
    if (this.#awaited === 0) return;
    const { promise, resolve } = Promise.withResolvers<void>();
    this.#idle = resolve;
    const deadline = this.#deadlines.add(patience, resolve);
    await promise;
    deadline.cancel();
  }

  /** Rejects what is on its way. */
  close(error: CaryatidError): void {
    this.#closed = error;
    for (const sending of this.#unconfirmed) sending.fail(error);
    this.#forgetUnconfirmed();
    this.#outbox.drain((sending) => sending.fail(error));
  }

  async attach(connection: ChannelModel): Promise<void> {
    const channel = await connection.createConfirmChannel();
    channel.on("error", (error) => this.#failed(channel, error));
    // Ahead of amqplib's own, which gives every confirm up, one by one: `detach` takes care of them, in order.
    channel.prependListener("close", () => this.#channel = undefined);
    // Whatever closed it, a new connection declares anew what may be gone.
    channel.on("close", () => connection.close().catch(() => {}));
    channel.on("drain", () => this.#resume());
    channel.on(
      "return",
      ({ properties }) => this.#returned.add(properties.messageId),
    );
    connection.on("blocked", () => this.#blocked = true);
    connection.on("unblocked", () => {
      this.#blocked = false;
      this.#flush();
    });
    await declareTopology(channel, this.#names);
    this.#channel = channel;
    this.#blocked = false;
    this.#resume();
    if (this.#lostExchange) this.#tellRenewed();
  }

  detach(): void {
    this.#channel = undefined;
    this.#returned.clear();
    // Without a confirm they may not have arrived: again, in the same order, ahead of the rest.
    this.#outbox.putBack([...this.#unconfirmed].filter(({ over }) => !over));
    this.#forgetUnconfirmed();
  }

  #hasRoom(size: number, others: number): boolean {
    const { messages, bytes } = this.#limits;
    const fits = () => {
      const waiting = this.#outbox.length + others;
      return waiting === 0 ||
        waiting < messages && this.#outbox.bytes + size <= bytes;
    };
    if (fits()) return true;
    if (!this.#stale) return false;
    this.#stale = false;
    this.#outbox.sweep();
    return fits();
  }

  #resume(): void {
    this.#writable = true;
    this.#flush();
  }

  #flush(): void {
    while (this.#channel && this.#maySend()) {
      const sending = this.#outbox.shift();
      if (sending === undefined) return;
      if (!sending.over) this.#write(this.#channel, sending);
    }
  }

  #maySend(): boolean {
    return !this.#blocked && this.#writable &&
      this.#unconfirmed.size < this.#limits.window &&
      this.#unconfirmedBytes < this.#limits.bytes;
  }

  #write(channel: ConfirmChannel, sending: Sending): void {
    const { exchange, key, body, properties } = sending.options;
    this.#unconfirmed.add(sending);
    this.#unconfirmedBytes += sending.size;
    try {
      this.#writable = channel.publish(
        exchange,
        key,
        Buffer.from(body.buffer, body.byteOffset, body.byteLength),
        properties,
        (error) => this.#confirmed(channel, sending, error),
      );
    } catch (error) {
      // The connection is closing: `detach` takes care of it.
      if (error instanceof IllegalOperationError) this.#channel = undefined;
      else this.#unsendable(sending, error as Error);
    }
  }

  #confirmed(channel: ConfirmChannel, sending: Sending, error: unknown): void {
    // An old channel's callbacks come when it is closed; `detach` took care of its messages.
    if (channel !== this.#channel) return;
    if (error) return this.#refused(channel, sending);
    this.#settled(sending);
    const id = sending.options.properties.messageId;
    const returned = id !== undefined && this.#returned.delete(id);
    sending.succeed(!returned);
    this.#flush();
  }

  /** The broker didn't accept it, because a queue is full for instance. It keeps its place among the unconfirmed meanwhile. */
  #refused(channel: ConfirmChannel, sending: Sending): void {
    this.#log.debug("the broker refused a message on {topic}: once more", {
      topic: sending.options.key,
    });
    this.#deadlines.add(REFUSED_PAUSE, () => {
      if (channel !== this.#channel) return;
      this.#settled(sending);
      if (!sending.over) this.#outbox.putBack([sending]);
      this.#flush();
    });
  }

  /** Its properties have no form in AMQP. */
  #unsendable(sending: Sending, error: Error): void {
    this.#settled(sending);
    sending.fail(unsendableError(sending.options.key, error));
  }

  /** The broker closed the channel. */
  #failed(channel: ConfirmChannel, error: Error): void {
    if (channel !== this.#channel) return; // it was being opened: who does that hears of it
    this.#log.warn("the publishing channel was closed: {cause}", {
      cause: error.message,
    });
    this.#lostExchange ||= /NOT[-_]FOUND/.test(error.message);
    this.#largest = brokersLimit(error) ?? this.#largest;
    for (const sending of this.#unconfirmed) {
      const { size, options: { key } } = sending;
      if (size <= this.#largest) continue;
      sending.fail(tooLargeError(key, size, this.#largest));
    }
  }

  /** What was deleted is there again, but no queue is bound to it. */
  #tellRenewed(): void {
    this.#lostExchange = false;
    this.send({
      exchange: this.#names.renewed,
      key: "",
      body: new Uint8Array(0),
      properties: {},
    }).catch(() => this.#lostExchange = true); // at the next connection, then
  }

  #settled(sending: Sending): void {
    if (!this.#unconfirmed.delete(sending)) return;
    this.#unconfirmedBytes -= sending.size;
  }

  #forgetUnconfirmed(): void {
    this.#unconfirmed.clear();
    this.#unconfirmedBytes = 0;
  }

  #ended = (confirmed: boolean): void => {
    this.#stale ||= !confirmed;
    if (--this.#awaited === 0) this.#idle?.();
  };
}
