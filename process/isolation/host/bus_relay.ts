import {
  CaryatidError,
  type Delivery,
  type MessageBus,
  type SubscribeOptions,
} from "@caryatid/sdk";
import { arrived, crossing, type CrossingError } from "../crossing_error.ts";
import {
  FROM_GUEST,
  FROM_HOST,
  MOST_HEAD,
  mostBatch,
  WINDOW,
} from "../frames.ts";
import type { Outbox } from "../outbox.ts";
import { violation } from "../read_frames.ts";
import { Leftovers } from "./leftovers.ts";
import { RESTING } from "./resting_bus.ts";
import {
  readChange,
  readCount,
  readHandleOptions,
  readSlot,
  readSubscribeOptions,
  readText,
} from "./read_items.ts";
import { Asks, RelayedHandling } from "./relayed_handling.ts";
import { RelayedSends } from "./relayed_sends.ts";
import { RelayedSubscription } from "./relayed_subscription.ts";

/** Subscriptions and handlings that a guest may hold. */
const MOST_HELD = 16_384;
/** Subscriptions whose state is looked at with each batch: with thousands, all would take longer than the batch. */
const LOOKED_AT = 64;

/** The part of a bus, or of a module's context, that guests use. */
export type RelayedBus = Pick<
  MessageBus,
  "publish" | "subscribe" | "request" | "handle"
>;

/** What a {@linkcode BusRelay} is made of. */
export interface BusRelayOptions {
  /** What the guest is given to publish on and hear. */
  readonly bus: RelayedBus;
  readonly outbox: Outbox;
  /** The longest message, in bytes. */
  readonly messageSize: number;
  /** What an earlier guest left. */
  readonly leftovers?: Leftovers;
  /** Called for each publish; may throw to end the guest. */
  readonly onPublish?: (() => void) | undefined;
  /** Hears of a delivery that has no form on the bridge. */
  readonly onUnsendable?: ((topic: string, error: unknown) => void) | undefined;
}

/** Does on a bus what a guest asks for. The guest isn't trusted: what doesn't fit the protocol throws `PROTOCOL_VIOLATION`. */
export class BusRelay {
  #bus: RelayedBus;
  readonly #outbox: Outbox;
  readonly #options: BusRelayOptions;
  readonly #leftovers: Leftovers;
  readonly #sends: RelayedSends;
  readonly #asks: Asks;
  readonly #subscriptions = new Map<number, RelayedSubscription>();
  readonly #opened = new WeakMap<RelayedSubscription, SubscribeOptions>();
  readonly #handlings = new Map<number, RelayedHandling>();
  #lastId = -1;
  #owed = 0;
  #looked = 0;
  #finishing = false;
  #gone = false;

  /** The guest holds nothing yet. */
  constructor(options: BusRelayOptions) {
    this.#options = options;
    this.#bus = options.bus;
    this.#outbox = options.outbox;
    this.#leftovers = options.leftovers ?? new Leftovers();
    this.#sends = new RelayedSends(options);
    this.#asks = new Asks(options.outbox);
    options.outbox.onFlush = () => this.#tell();
  }

  /** Loops of the guest that wait for a delivery, as far as is known. */
  get readers(): number {
    let readers = 0;
    for (const { readers: some } of this.#subscriptions.values()) {
      readers += some;
    }
    return readers;
  }

  /** Resolves when the guest is through with what subscriptions gave it that end just now. */
  async settled(): Promise<void> {
    const subscriptions = [...this.#subscriptions.values()];
    await Promise.all(subscriptions.map(({ settled }) => settled));
  }

  /** So many bytes came: as many more may come when they are dealt with. */
  owe(bytes: number): void {
    this.#owed += bytes;
    if (this.#owed > WINDOW + mostBatch(this.#options.messageSize)) {
      throw violation(`${this.#owed} bytes, more than it had credit for`);
    }
    this.#outbox.touch();
  }

  /** Deals with a frame of so many bytes. Says whether it was one for a bus. */
  receive(items: readonly unknown[], bytes: number): boolean {
    if (bytes > this.#options.messageSize + MOST_HEAD) {
      throw violation(`a frame of ${bytes} bytes`);
    }
    switch (items[0]) {
      case FROM_GUEST.publish:
        this.#sends.publish(items, bytes);
        return true;
      case FROM_GUEST.demand:
        this.#subscription(items)?.demand(
          readCount(items[2]),
          readChange(items[3]),
          readCount(items[4]),
        );
        return true;
      case FROM_GUEST.next:
        this.#subscription(items)?.next(readSlot(items[2]));
        return true;
      case FROM_GUEST.request:
        this.#sends.request(items, bytes);
        return true;
      case FROM_GUEST.answer:
      case FROM_GUEST.noAnswer:
        this.#ask(items)?.resolve(items[2]);
        return true;
      default:
        return this.#receiveRare(items);
    }
  }

  /** The guest is gone, because of `error`: its requests fail, what it holds is left to its host. */
  abandon(error: unknown): void {
    if (this.#gone) return;
    this.#gone = true;
    this.#asks.abandon(error);
    for (const relayed of this.#subscriptions.values()) {
      this.#keep(relayed, relayed.abandon(error));
    }
    this.#sends.abandon(error);
  }

  /** The guest is to clean up: what it closes from here on it has not read to the end. */
  finish(): void {
    this.#finishing = true;
  }

  /** The guest has cleaned up, and stays: what it asks for is refused until it is to set itself up again. */
  rest(): void {
    this.#use(RESTING);
  }

  /** From here on what it asks for is done on `bus`. */
  resume(bus: RelayedBus): void {
    this.#finishing = false;
    this.#use(bus);
  }

  #use(bus: RelayedBus): void {
    this.#bus = bus;
    this.#sends.use(bus);
  }

  /** Closes all that the guest holds. */
  async close(): Promise<void> {
    this.#gone = true;
    await Promise.all([
      ...[...this.#subscriptions.values()].map((one) => one.close()),
      ...[...this.#handlings.values()].map((one) => one.close()),
    ]);
  }

  #receiveRare(items: readonly unknown[]): boolean {
    switch (items[0]) {
      case FROM_GUEST.subscribe:
        this.#subscribe(items);
        return true;
      case FROM_GUEST.unsubscribe:
        this.#unsubscribe(this.#subscription(items));
        return true;
      case FROM_GUEST.leave:
        this.#leave(items);
        return true;
      case FROM_GUEST.handle:
        this.#handle(items);
        return true;
      case FROM_GUEST.unhandle:
        this.#handlings.get(this.#knownId(items[1]))?.close();
        return true;
      case FROM_GUEST.failure: {
        const code = readText(items[2]);
        const message = readText(items[3]);
        this.#ask(items)?.reject({ code, message });
        return true;
      }
      case FROM_GUEST.cancel:
        this.#sends.cancel(readCount(items[1]));
        return true;
      case FROM_GUEST.bye:
        this.#bye();
        return true;
      default:
        return false;
    }
  }

  #subscribe(items: readonly unknown[]): void {
    const id = this.#newId(items[1]);
    const pattern = readText(items[2]);
    const options = readSubscribeOptions(items[3]);
    try {
      const relayed = new RelayedSubscription({
        id,
        subscription: this.#bus.subscribe(pattern, options),
        outbox: this.#outbox,
        first: this.#leftovers.take(pattern, options),
        onUnsendable: (topic, error) =>
          this.#options.onUnsendable?.(topic, error),
        onClosed: () => this.#subscriptions.delete(id),
      });
      this.#opened.set(relayed, options);
      this.#subscriptions.set(id, relayed);
    } catch (error) {
      this.#outbox.add([FROM_HOST.closed, id, crossing(error)]);
    }
  }

  #unsubscribe(relayed: RelayedSubscription | undefined): void {
    if (relayed && this.#finishing) this.#keep(relayed, relayed.takeUnbegun());
    relayed?.close();
  }

  /** For whoever takes the place of the guest. */
  #keep(relayed: RelayedSubscription, left: Delivery[]): void {
    const options = this.#opened.get(relayed) ?? {};
    this.#leftovers.keep(relayed.subscription.pattern, options, left);
  }

  #handle(items: readonly unknown[]): void {
    const id = this.#newId(items[1]);
    const pattern = readText(items[2]);
    const options = readHandleOptions(items[3]);
    const [asks, outbox] = [this.#asks, this.#outbox];
    const onClosed = () => this.#handlings.delete(id);
    const parts = { id, pattern, options, asks, outbox, onClosed };
    try {
      this.#handlings.set(id, new RelayedHandling(this.#bus, parts));
    } catch (error) {
      outbox.add([FROM_HOST.closed, id, crossing(error)]);
    }
  }

  #leave(items: readonly unknown[]): void {
    const error = items[3];
    if (error !== null && arrived(error) === undefined) {
      throw violation("something else where an error is wanted");
    }
    const slot = readSlot(items[2]);
    this.#subscription(items)?.leave(slot, error as CrossingError | null);
  }

  async #bye(): Promise<void> {
    await this.close();
    const error = new CaryatidError("BUS_CLOSED", "the bus is closed");
    this.#outbox.add([FROM_HOST.end, crossing(error)]);
  }

  #subscription(items: readonly unknown[]): RelayedSubscription | undefined {
    return this.#subscriptions.get(this.#knownId(items[1]));
  }

  #ask(items: readonly unknown[]) {
    const number = readCount(items[1]);
    if (number >= this.#asks.count) throw violation("an answer to no request");
    return this.#asks.get(number);
  }

  /** Ids ascend, so one that was never given is known. */
  #knownId(item: unknown): number {
    const id = readCount(item);
    if (id > this.#lastId) throw violation(`the unknown id ${id}`);
    return id;
  }

  #newId(item: unknown): number {
    const id = readCount(item);
    if (id <= this.#lastId) throw violation(`the id ${id} once more`);
    if (this.#subscriptions.size + this.#handlings.size >= MOST_HELD) {
      throw violation(`more than ${MOST_HELD} subscriptions and handlings`);
    }
    return this.#lastId = id;
  }

  /** What is told once for each batch. */
  #tell(): void {
    this.#sends.tell();
    this.#tellStates();
    if (this.#owed === 0 || this.#sends.full) return;
    this.#outbox.add([FROM_HOST.credit, this.#owed]);
    this.#owed = 0;
  }

  #tellStates(): void {
    const { size } = this.#subscriptions;
    if (size <= LOOKED_AT) {
      for (const one of this.#subscriptions.values()) one.tellState();
      return;
    }
    const all = [...this.#subscriptions.values()];
    for (let i = 0; i < LOOKED_AT; i++) {
      all[this.#looked++ % size]!.tellState();
    }
  }
}
