import type { CaryatidError, Log } from "@caryatid/sdk";
import type { Deadlines } from "@caryatid/sdk/bus";
import type { ChannelModel } from "amqplib";
import { Bodies, Body } from "./bodies.ts";
import type { Resident } from "./link.ts";
import type { Names } from "./names.ts";
import { Outbox, type OutboxLimits } from "./outbox.ts";
import { brokersLimit, fullError, tooLargeError } from "./publish_errors.ts";
import { Refusals } from "./refusals.ts";
import { Sender } from "./sender.ts";
import { type Envelope, Sending, type SendOptions } from "./sending.ts";
import { declareTopology } from "./topology.ts";

/** Bounds of what is on its way: of what waits, and with as many bytes again, of what is sent and not confirmed. */
export interface PublisherLimits extends OutboxLimits {
  /** Publishes without a confirm at the same time. */
  readonly window: number;
}

/** Sends messages and waits for their confirms; keeps them while the broker is away, and sends them again, in order. */
export class Publisher implements Resident {
  readonly #names: Names;
  readonly #limits: PublisherLimits;
  readonly #deadlines: Deadlines;
  readonly #log: Log;
  readonly #outbox: Outbox;
  readonly #refusals = new Refusals();
  readonly #bodies = new Bodies();
  #sender: Sender | undefined;
  /** What the broker takes at most, in bytes, once it has told. */
  #largest = Infinity;
  /** Who has found an exchange missing, until everybody is told. */
  #renewedBy: string | undefined;
  #closed: CaryatidError | undefined;
  /** Sendings that somebody waits for. */
  #awaited = 0;
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
    this.#outbox = new Outbox(limits);
  }

  /**
   * Sends, and resolves with whether somebody's queue took it (only known of mandatory ones). Rejects with `BUS_UNAVAILABLE` when
   * there is no room to keep it or no confirm in time, `MESSAGE_TOO_LARGE`, `ABORTED`, or `BUS_CLOSED`.
   */
  send(options: SendOptions): Promise<boolean> {
    const { key, body } = options;
    const refusal = this.refusal(key, body.length);
    if (refusal) return Promise.reject(refusal);
    return this.#send(options, new Body(body));
  }

  /** The same, with a copy of `written`, which is the caller's again when this returns. */
  sendCopy(envelope: Envelope, written: Uint8Array): Promise<boolean> {
    const refusal = this.refusal(envelope.key, written.length);
    if (refusal) return Promise.reject(refusal);
    return this.#send(envelope, this.#bodies.keep(written));
  }

  /**
   * Why a body of that size would not be sent, with so many others that wait elsewhere. To ask before it is encoded, with 0,
   * spares the work.
   */
  refusal(key: string, size: number, others = 0): CaryatidError | undefined {
    if (this.#closed) return this.#closed;
    if (size > this.#largest) return tooLargeError(key, size, this.#largest);
    return this.#outbox.hasRoom(size, others)
      ? undefined
      : fullError(key, this.#limits);
  }

  /**
   * Tells everybody but the bus `origin` to bind again: an exchange that was deleted is declared anew. Ahead of what waits, at the
   * next connection if there is none.
   */
  tellRenewed(origin: string): void {
    this.#renewedBy = origin;
    if (this.#sender === undefined) return;
    const news = new Sending(
      {
        exchange: this.#names.renewed,
        key: "",
        properties: { appId: origin },
      },
      new Body(new Uint8Array(0)),
      this.#deadlines,
      (confirmed) => confirmed && (this.#renewedBy = undefined),
    );
    news.outcome.catch(() => {}); // at the next connection, then
    this.#sender.send(news);
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
    this.detach();
    this.#outbox.drain((sending) => sending.fail(error));
  }

  async attach(connection: ChannelModel): Promise<void> {
    const sender: Sender = await Sender.open(connection, {
      ...this.#limits,
      deadlines: this.#deadlines,
      refusals: this.#refusals,
      log: this.#log,
      onReady: () => this.#flush(),
      onRefused: (sending) => {
        if (!sending.over) this.#outbox.putBack([sending]);
        this.#flush();
      },
      onFailed: (error) => {
        // While it is opened, who does that hears of it.
        if (sender === this.#sender) this.#failed(sender, error);
      },
    });
    await declareTopology(sender.channel, this.#names);
    this.#sender = sender;
    if (this.#renewedBy !== undefined) this.tellRenewed(this.#renewedBy);
    this.#flush();
  }

  detach(): void {
    // Without a confirm they may not have arrived: again, in the same order, ahead of the rest.
    this.#outbox.putBack(this.#sender?.end() ?? []);
    this.#sender = undefined;
  }

  #send(envelope: Envelope, body: Body): Promise<boolean> {
    this.#awaited++;
    const sending = new Sending(envelope, body, this.#deadlines, this.#ended);
    this.#outbox.push(sending);
    this.#flush();
    return sending.outcome;
  }

  #flush(): void {
    while (this.#sender?.ready) {
      const sending = this.#outbox.shift();
      if (sending === undefined) return;
      if (sending.size > this.#largest) this.#tooLarge(sending);
      if (!sending.over) this.#sender.send(sending);
    }
  }

  /** The broker closed the channel. */
  #failed(sender: Sender, error: Error): void {
    this.#log.warn("the publishing channel was closed: {cause}", {
      cause: error.message,
    });
    if (/NOT[-_]FOUND/.test(error.message)) this.#renewedBy ??= "";
    this.#largest = brokersLimit(error) ?? this.#largest;
    for (const sending of sender.inFlight) {
      if (sending.size > this.#largest) this.#tooLarge(sending);
    }
  }

  #tooLarge(sending: Sending): void {
    const { size, options: { key } } = sending;
    sending.fail(tooLargeError(key, size, this.#largest));
  }

  #ended = (confirmed: boolean): void => {
    if (!confirmed) this.#outbox.stale = true;
    if (--this.#awaited === 0) this.#idle?.();
  };
}
