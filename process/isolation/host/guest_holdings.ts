import type { Delivery, SubscribeOptions } from "@caryatid/sdk";
import { arrived, crossing, type CrossingError } from "../crossing_error.ts";
import { FROM_GUEST, FROM_HOST } from "../frames.ts";
import type { Outbox } from "../outbox.ts";
import { violation } from "../read_frames.ts";
import type { BusRelayOptions, RelayedBus } from "./bus_relay.ts";
import { Leftovers } from "./leftovers.ts";
import {
  readChange,
  readCount,
  readHandleOptions,
  readSlot,
  readSubscribeOptions,
  readText,
} from "./read_items.ts";
import { type Asks, RelayedHandling } from "./relayed_handling.ts";
import { RelayedSubscription } from "./relayed_subscription.ts";
import { RESTING } from "./resting_bus.ts";

/** Subscriptions and handlings that a guest may hold. */
const MOST_HELD = 16_384;
/** Subscriptions whose state is looked at with each batch: with thousands, all would take longer than the batch. */
const LOOKED_AT = 64;

/** The subscriptions and handlings of a guest, by the ids that it gave them. */
export class GuestHoldings {
  #bus: RelayedBus;
  readonly #options: BusRelayOptions;
  readonly #outbox: Outbox;
  readonly #asks: Asks;
  readonly #leftovers: Leftovers;
  readonly #subscriptions = new Map<number, RelayedSubscription>();
  readonly #opened = new WeakMap<RelayedSubscription, SubscribeOptions>();
  readonly #handlings = new Map<number, RelayedHandling>();
  #lastId = -1;
  #looked = 0;
  #finishing = false;

  /** The guest holds nothing yet. */
  constructor(options: BusRelayOptions, asks: Asks) {
    this.#options = options;
    this.#bus = options.bus;
    this.#outbox = options.outbox;
    this.#asks = asks;
    this.#leftovers = options.leftovers ?? new Leftovers();
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

  /** Deals with a frame. Says whether it was one for what is held. */
  receive(items: readonly unknown[]): boolean {
    switch (items[0]) {
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
      default:
        return false;
    }
  }

  /** The guest is gone, because of `error`: what it had not begun is kept for whoever takes its place. */
  abandon(error: unknown): void {
    for (const relayed of this.#subscriptions.values()) {
      this.#keep(relayed, relayed.abandon(error));
    }
  }

  /** The guest is to clean up: what it closes from here on it has not read to the end. */
  finish(): void {
    this.#finishing = true;
  }

  /** The guest has cleaned up, and stays: what it asks for is refused. */
  rest(): void {
    this.#bus = RESTING;
  }

  /** The guest sets itself up again: what it asks for is done on `bus`. */
  resume(bus: RelayedBus): void {
    this.#finishing = false;
    this.#bus = bus;
  }

  /** Closes all of it. */
  async close(): Promise<void> {
    await Promise.all([
      ...[...this.#subscriptions.values()].map((one) => one.close()),
      ...[...this.#handlings.values()].map((one) => one.close()),
    ]);
  }

  /** Tells the guest how its subscriptions are: of thousands, some each time. */
  tellStates(): void {
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

  #subscription(items: readonly unknown[]): RelayedSubscription | undefined {
    return this.#subscriptions.get(this.#knownId(items[1]));
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
}
