import { CaryatidError, type Log } from "@caryatid/sdk";
import {
  abortedError,
  type Deadline,
  type Deadlines,
  PUBLISH_TIMEOUT,
} from "@caryatid/sdk/bus";
import type { ChannelModel, ConfirmChannel, Options } from "amqplib";
import { Buffer } from "node:buffer";
import type { Resident } from "./link.ts";
import type { Names } from "./names.ts";
import { Outbox } from "./outbox.ts";
import { declareTopology } from "./topology.ts";

/** Bounds of what is on its way. */
export interface PublisherLimits {
  /** Publishes without a confirm at the same time. */
  readonly window: number;
  /** Publishes that wait while the broker is away. */
  readonly messages: number;
  /** Their bytes. */
  readonly bytes: number;
}

/** How to send. */
export interface SendOptions {
  readonly exchange: string;
  readonly key: string;
  readonly body: Uint8Array;
  readonly properties: Options.Publish;
  /** Longest wait for the confirm, in milliseconds (30,000). */
  readonly timeout?: number | undefined;
  readonly signal?: AbortSignal | undefined;
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
  readonly #returned = new Set<string>();
  #channel: ConfirmChannel | undefined;
  #blocked = false;
  #writable = true;
  #closed: CaryatidError | undefined;
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
   * there is no room to keep it or no confirm in time, `ABORTED`, or `BUS_CLOSED`.
   */
  send(options: SendOptions): Promise<boolean> {
    if (this.#closed) return Promise.reject(this.#closed);
    if (!this.#hasRoom(options.body.length)) {
      return Promise.reject(fullError(options.key, this.#limits));
    }
    return new Promise((resolve, reject) => {
      const sending = new Sending(options, resolve, reject, this.#deadlines);
      this.#outbox.push(sending);
      this.#flush();
    });
  }

  /** Resolves when nothing is on its way any more, or after `patience` milliseconds. */
  async idle(patience: number): Promise<void> {
    let late = false;
    const deadline = this.#deadlines.add(patience, () => {
      late = true;
      this.#idle?.();
    });
    while (!late && this.#unconfirmed.size + this.#outbox.length > 0) {
      await new Promise<void>((resolve) => this.#idle = resolve);
    }
    deadline.cancel();
  }

  /** Rejects what is on its way. */
  close(error: CaryatidError): void {
    this.#closed = error;
    for (const sending of this.#unconfirmed) sending.fail(error);
    this.#unconfirmed.clear();
    this.#outbox.drain((sending) => sending.fail(error));
    this.#idle?.();
  }

  async attach(connection: ChannelModel): Promise<void> {
    const channel = await connection.createConfirmChannel();
    channel.on(
      "error",
      (error) =>
        this.#log.warn("the publishing channel was closed: {cause}", {
          cause: error.message,
        }),
    );
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
  }

  detach(): void {
    this.#channel = undefined;
    this.#returned.clear();
    // Without a confirm they may not have arrived: again, in the same order, ahead of the rest.
    this.#outbox.putBack([...this.#unconfirmed].filter(({ over }) => !over));
    this.#unconfirmed.clear();
  }

  #hasRoom(size: number): boolean {
    const { messages, bytes } = this.#limits;
    const fits = () =>
      this.#outbox.length < messages && this.#outbox.bytes + size <= bytes;
    if (fits()) return true;
    this.#outbox.sweep();
    return fits();
  }

  #resume(): void {
    this.#writable = true;
    this.#flush();
  }

  #flush(): void {
    while (
      this.#channel && !this.#blocked && this.#writable &&
      this.#unconfirmed.size < this.#limits.window
    ) {
      const sending = this.#outbox.shift();
      if (sending === undefined) return;
      if (!sending.over) this.#write(this.#channel, sending);
      else this.#settled();
    }
  }

  #write(channel: ConfirmChannel, sending: Sending): void {
    const { exchange, key, body, properties } = sending.options;
    this.#unconfirmed.add(sending);
    this.#writable = channel.publish(
      exchange,
      key,
      Buffer.from(body.buffer, body.byteOffset, body.byteLength),
      properties,
      (error) => this.#confirmed(channel, sending, error),
    );
  }

  #confirmed(channel: ConfirmChannel, sending: Sending, error: unknown): void {
    // An old channel's callbacks come when it is closed; `detach` took care of its messages.
    if (channel !== this.#channel) return;
    if (error) {
      // Refused by the broker, or the channel is closing: not accepted, so it is sent again.
      this.#unconfirmed.delete(sending);
      if (!sending.over) this.#outbox.putBack([sending]);
      setImmediate(() => this.#flush());
      return;
    }
    this.#unconfirmed.delete(sending);
    const id = sending.options.properties.messageId;
    const returned = id !== undefined && this.#returned.delete(id);
    sending.succeed(!returned);
    this.#flush();
    this.#settled();
  }

  #settled(): void {
    if (this.#unconfirmed.size + this.#outbox.length === 0) this.#idle?.();
  }
}

/** A publish on its way. */
export class Sending {
  readonly options: SendOptions;
  over = false;
  readonly #resolve: (taken: boolean) => void;
  readonly #reject: (error: CaryatidError) => void;
  readonly #deadline: Deadline;

  constructor(
    options: SendOptions,
    resolve: (taken: boolean) => void,
    reject: (error: CaryatidError) => void,
    deadlines: Deadlines,
  ) {
    this.options = options;
    this.#resolve = resolve;
    this.#reject = reject;
    const timeout = options.timeout ?? PUBLISH_TIMEOUT;
    this.#deadline = deadlines.add(
      timeout,
      () => this.fail(unconfirmedError(options.key, timeout)),
    );
    options.signal?.addEventListener("abort", this.#abort, { once: true });
  }

  succeed(taken: boolean): void {
    if (this.#end()) this.#resolve(taken);
  }

  fail(error: CaryatidError): void {
    if (this.#end()) this.#reject(error);
  }

  #end(): boolean {
    if (this.over) return false;
    this.over = true;
    this.#deadline.cancel();
    this.options.signal?.removeEventListener("abort", this.#abort);
    return true;
  }

  #abort = (): void => {
    const { key, signal } = this.options;
    this.fail(abortedError(`publish on "${key}"`, signal!));
  };
}

function unconfirmedError(topic: string, timeout: number): CaryatidError {
  return new CaryatidError(
    "BUS_UNAVAILABLE",
    `Cannot publish on "${topic}": no confirm of the broker in ${timeout} ms`,
    {
      hint: "it may have arrived all the same: publish again with the same id",
    },
  );
}

function fullError(topic: string, limits: PublisherLimits): CaryatidError {
  return new CaryatidError(
    "BUS_UNAVAILABLE",
    `Cannot publish on "${topic}": ${limits.messages} messages or ` +
      `${limits.bytes} bytes wait for the broker already`,
    { hint: "[message-bus.<id>.publish-buffer] gives more room" },
  );
}
