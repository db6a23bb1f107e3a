import { CaryatidError } from "../errors.ts";
import type { Delivery } from "../delivery.ts";
import type { PublishOptions } from "../message_bus.ts";
import type { ByteBudget, Overflow } from "../subscription.ts";
import { type DeliveryRing, deliveryRing } from "./budgeted_ring.ts";
import { redeliveryOf } from "./local_delivery.ts";
import { Ring } from "./collections.ts";
import { type BackPressure, PublisherQueue } from "./publisher_queue.ts";

/** Loop that waits for a delivery. */
export interface Reader {
  /** Receives a delivery. */
  receive(delivery: Delivery): void;
  /** Ends the wait without a delivery. */
  end(): void;
}

/** Options of {@linkcode DeliveryQueue}. */
export interface DeliveryQueueOptions {
  /** Pattern for errors. */
  readonly pattern: string;
  /** Maximum number of queued deliveries. */
  readonly size: number;
  /** Policy for one more delivery. */
  readonly overflow: Overflow;
  /** Shared by all queues of a bus. */
  readonly backPressure: BackPressure;
  /** Bounds the bytes of the queued deliveries (unlimited). */
  readonly budget?: ByteBudget | undefined;
  /** Filters deliveries, as in `SubscribeOptions`. */
  readonly where?: ((delivery: Delivery) => boolean) | undefined;
  /** Called at the first drop of a burst. */
  readonly onDrop?: ((pattern: string, overflow: Overflow) => void) | undefined;
}

/**
 * Bounded queue between publishers and the loops of a subscription, or of a
 * group.
 *
 * @example
 * ```ts
 * import {
 *   BackPressure,
 *   DeliveryQueue,
 *   LocalDelivery,
 * } from "@caryatid/sdk/bus";
 * import assert from "node:assert/strict";
 *
 * const queue = new DeliveryQueue({
 *   pattern: "a.*",
 *   backPressure: new BackPressure(),
 *   size: 1,
 *   overflow: "drop-newest",
 * });
 * for (const n of [1, 2]) {
 *   queue.push(new LocalDelivery("a.b", n, undefined), undefined);
 * }
 * assert.equal(queue.length, 1);
 * assert.equal(queue.shift()?.message, 1);
 * ```
 */
export class DeliveryQueue {
  /** Pattern of its subscribers, for errors. */
  readonly pattern: string;
  /** Policy for a delivery that finds it full. */
  readonly overflow: Overflow;
  /** Maximum number of queued deliveries. */
  size: number;
  /** Filters deliveries, if set. */
  where: ((delivery: Delivery) => boolean) | undefined;
  /**
   * Number of deliveries dropped because it was full or because `where` threw.
   */
  dropped = 0;
  /** Number of deliveries that loops have taken. */
  taken = 0;
  #deliveries: DeliveryRing;
  #budget: ByteBudget | undefined;
  /** Number of deliveries for which it has room even if its budget is full. */
  #freeSize = 0;
  /** True if a reader waits, too, while the budget is full. */
  readonly #boundsReaders: boolean;
  /** The first waiting reader; mostly the only one. */
  #reader: Reader | undefined;
  readonly #readers = new Ring<Reader>();
  readonly #publishers: PublisherQueue;
  readonly #onDrop: DeliveryQueueOptions["onDrop"];
  #dropping = false;
  #dropsWhenFull = false;
  #closed = false;

  /** Creates an empty, open queue. */
  constructor(options: DeliveryQueueOptions) {
    this.pattern = options.pattern;
    this.overflow = options.overflow;
    this.size = options.size;
    this.where = options.where;
    this.#budget = options.budget;
    this.#deliveries = deliveryRing(options.budget);
    this.#boundsReaders = options.budget !== undefined;
    this.#publishers = new PublisherQueue(
      options.backPressure,
      options.pattern,
    );
    this.#onDrop = options.onDrop;
  }

  /** Number of queued deliveries. */
  get length(): number {
    return this.#deliveries.length;
  }

  /** Number of publishers that wait for room. */
  get waitingPublishers(): number {
    return this.#publishers.length;
  }

  /** True once it accepts no more deliveries. Queued ones can still be read. */
  get closed(): boolean {
    return this.#closed;
  }

  /**
   * Adds a delivery. Returns undefined if that is done, or a promise if the
   * publisher must wait or is rejected.
   */
  push(
    delivery: Delivery,
    options: PublishOptions | undefined,
  ): Promise<void> | undefined {
    if (this.#closed) return undefined;
    if (this.where !== undefined && this.#leavesOut(delivery)) return undefined;
    if (this.#budget !== undefined) {
      return this.#pushBudgeted(delivery, options);
    }
    const reader = this.#reader; // not by #deliver: this is the hot path
    if (reader !== undefined) {
      this.#reader = this.#readers.shift();
      reader.receive(delivery);
    } else if (this.#deliveries.length < this.size) {
      this.#deliveries.push(delivery);
    } else {
      return this.#full(delivery, options);
    }
    return undefined;
  }

  /**
   * Adds a delivery if no publisher must wait for it. Else drops and counts it.
   */
  offer(delivery: Delivery): void {
    if (this.#hasRoom() || this.overflow === "drop-oldest") {
      this.push(delivery, undefined);
    } else if (this.where === undefined || !this.#leavesOut(delivery)) {
      this.#drop();
    }
  }

  /**
   * Removes and returns the next delivery, if there is one. The first waiting
   * publisher then gets the room.
   */
  shift(): Delivery | undefined {
    const delivery = this.#deliveries.shift();
    if (delivery === undefined && this.#budget !== undefined) {
      return this.#publishers.admit(); // they wait for bytes of other queues
    }
    if (this.#hasRoom()) {
      const admitted = this.#publishers.admit();
      if (admitted !== undefined) this.#deliveries.push(admitted);
      else if (this.#deliveries.length === 0) this.#dropping = false;
    }
    return delivery;
  }

  /** Queues `reader` for the next delivery. */
  wait(reader: Reader): void {
    if (this.#reader === undefined) this.#reader = reader;
    else this.#readers.push(reader);
  }

  /**
   * Puts back the unfinished deliveries of a leaving member of a group, for
   * other members: in this order, in front of all others.
   */
  requeue(...deliveries: readonly Delivery[]): void {
    const again = deliveries.map((delivery) => redeliveryOf(delivery));
    const handed = again.findIndex((delivery) => !this.#deliver(delivery));
    if (handed < 0 || this.#closed) return;
    for (const delivery of again.slice(handed).reverse()) {
      this.#deliveries.unshift(delivery);
    }
  }

  /**
   * Appends a redelivery, even if the queue is full: it had its room before.
   */
  append(delivery: Delivery): void {
    if (this.#closed || this.#deliver(delivery)) return;
    this.#deliveries.push(delivery);
  }

  /** Removes and ends the readers for which `leaving` returns true. */
  removeReaders(leaving: (reader: Reader) => boolean): void {
    const left: Reader[] = [];
    const leaves = (reader: Reader) => leaving(reader) && left.push(reader) > 0;
    this.#readers.remove(leaves);
    if (this.#reader !== undefined && leaves(this.#reader)) {
      this.#reader = this.#readers.shift();
    }
    for (const reader of left) reader.end();
  }

  /**
   * While `on`, overflow "wait" acts as "drop-newest". Publishers that wait are
   * released, and their messages dropped.
   */
  dropWhenFull(on: boolean): void {
    this.#dropsWhenFull = on && this.overflow === "wait";
    if (!this.#dropsWhenFull) return;
    while (this.#publishers.admit() !== undefined) this.#drop();
  }

  /**
   * Charges the queued deliveries to `budget` from now on, if it is defined.
   * The budget bounds the room beyond `freeSize` deliveries. Waiting readers
   * still receive deliveries: they may have another owner than the budget.
   */
  charge(budget: ByteBudget | undefined, freeSize: number): void {
    this.#freeSize = freeSize;
    if (budget === this.#budget) return;
    const queued = this.#deliveries;
    this.#budget = budget;
    this.#deliveries = deliveryRing(budget);
    for (let one = queued.shift(); one; one = queued.shift()) {
      this.#deliveries.push(one);
    }
  }

  /** Forgets all queued deliveries: a broker redelivers them. */
  clear(): void {
    this.#deliveries.clear();
  }

  /**
   * Accepts no more deliveries. Queued ones can still be read. Waiting
   * publishers are rejected with `error`.
   */
  end(error: CaryatidError): void {
    this.#closed = true;
    this.#publishers.releaseAll(error);
    this.removeReaders(() => true);
  }

  /**
   * Accepts no more deliveries and forgets the queued ones. Waiting publishes
   * resolve: they have no subscriber left.
   */
  close(): void {
    this.#closed = true;
    this.#deliveries.clear();
    this.#publishers.releaseAll();
    this.removeReaders(() => true);
  }

  #pushBudgeted(
    delivery: Delivery,
    options: PublishOptions | undefined,
  ): Promise<void> | undefined {
    const drops = this.overflow !== "wait" || this.#dropsWhenFull;
    const bound = this.#boundsReaders && drops && this.#budget!.full;
    if (!bound && this.#deliver(delivery)) return undefined;
    if (!this.#hasRoom()) return this.#full(delivery, options);
    this.#deliveries.push(delivery);
    return undefined;
  }

  #hasRoom(): boolean {
    const { length } = this.#deliveries;
    if (length >= this.size) return false;
    return this.#budget === undefined || !this.#budget.full ||
      length < this.#freeSize;
  }

  /**
   * Passes a delivery to the first waiting reader. Returns false if no reader
   * waits.
   */
  #deliver(delivery: Delivery): boolean {
    const reader = this.#reader;
    if (reader === undefined) return false;
    this.#reader = this.#readers.shift();
    reader.receive(delivery);
    return true;
  }

  /**
   * Returns true if `where` excludes a delivery. An error of `where` does not
   * reach the publisher.
   */
  #leavesOut(delivery: Delivery): boolean {
    try {
      const wanted = this.where!(delivery);
      return !wanted || this.#closed; // it may have closed the subscription
    } catch {
      this.dropped++;
      return true;
    }
  }

  #full(
    delivery: Delivery,
    options: PublishOptions | undefined,
  ): Promise<void> | undefined {
    if (this.overflow === "wait" && !this.#dropsWhenFull) {
      return this.#publishers.wait(delivery, options);
    }
    this.#drop();
    if (this.overflow === "drop-oldest") {
      this.#deliveries.shift();
      // Other queues may keep the budget full.
      if (this.#hasRoom()) this.#deliveries.push(delivery);
    }
    if (this.overflow !== "error") return undefined;
    return Promise.reject(
      new CaryatidError(
        "OVERFLOW",
        `Cannot publish on "${delivery.topic}": the queue of ` +
          `"${this.pattern}" is full with ${this.#deliveries.length} messages`,
        { hint: "Read faster, or set another overflow of that subscription." },
      ),
    );
  }

  #drop(): void {
    this.dropped++;
    if (this.#dropping) return;
    this.#dropping = true;
    this.#onDrop?.(
      this.pattern,
      this.#dropsWhenFull ? "drop-newest" : this.overflow,
    );
  }
}
