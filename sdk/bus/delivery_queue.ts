import { CaryatidError } from "../errors.ts";
import type { Delivery, Overflow, PublishOptions } from "../message_bus.ts";
import { givenAgain } from "./local_delivery.ts";
import { Ring } from "./ring.ts";
import { WaitingLine, type WaitingRoom } from "./waiting_room.ts";

/** Somebody who waits for a delivery. */
export interface Reader {
  /** Gives it one. */
  hand(delivery: Delivery): void;
  /** Tells it that there will be none. */
  end(): void;
}

/** What a {@linkcode DeliveryQueue} is made of. */
export interface DeliveryQueueOptions {
  /** Named in errors. */
  readonly pattern: string;
  /** Deliveries that may wait. */
  readonly size: number;
  /** What happens to one more. */
  readonly overflow: Overflow;
  /** Where publishers wait. */
  readonly room: WaitingRoom;
  /** Says what is wanted: that of `SubscribeOptions`. */
  readonly where?: ((delivery: Delivery) => boolean) | undefined;
  /** Called at the first drop of a burst. */
  readonly onDrop?: ((pattern: string, overflow: Overflow) => void) | undefined;
}

/**
 * A bounded queue between publishers and the loops of a subscription, or of a group.
 *
 * @example
 * ```ts
 * import { DeliveryQueue, LocalDelivery, WaitingRoom } from "@caryatid/sdk/bus";
 * import assert from "node:assert/strict";
 *
 * const queue = new DeliveryQueue({
 *   pattern: "a.*",
 *   room: new WaitingRoom(),
 *   size: 1,
 *   overflow: "drop-newest",
 * });
 * for (const n of [1, 2]) queue.push(new LocalDelivery("a.b", n, undefined), undefined);
 * assert.equal(queue.length, 1);
 * assert.equal(queue.shift()?.message, 1);
 * ```
 */
export class DeliveryQueue {
  /** What its subscribers listen to; named in errors. */
  readonly pattern: string;
  /** What happens to a delivery that finds it full. */
  readonly overflow: Overflow;
  /** Deliveries that may wait. */
  size: number;
  /** Says which deliveries may come in; all unless it is set. */
  where: ((delivery: Delivery) => boolean) | undefined;
  /** Deliveries lost because it was full, or refused by a `where` that threw. */
  dropped = 0;
  readonly #deliveries = new Ring<Delivery>();
  /** The first in line; mostly there is one at most. */
  #reader: Reader | undefined;
  readonly #readers = new Ring<Reader>();
  readonly #publishers: WaitingLine;
  readonly #onDrop: DeliveryQueueOptions["onDrop"];
  #dropping = false;
  #closed = false;

  /** Makes an empty, open queue. */
  constructor(options: DeliveryQueueOptions) {
    this.pattern = options.pattern;
    this.overflow = options.overflow;
    this.size = options.size;
    this.where = options.where;
    this.#publishers = new WaitingLine(options.room, options.pattern);
    this.#onDrop = options.onDrop;
  }

  /** Deliveries that wait, unread. */
  get length(): number {
    return this.#deliveries.length;
  }

  /** Publishers that wait for room. */
  get heldUp(): number {
    return this.#publishers.length;
  }

  /** Whether it takes no more; what is in it can still be read. */
  get closed(): boolean {
    return this.#closed;
  }

  /**
   * Takes a delivery in. Gives undefined when that is done, or a promise when the publisher has to wait, or is refused.
   */
  push(
    delivery: Delivery,
    options: PublishOptions | undefined,
  ): Promise<void> | undefined {
    if (this.#closed) return undefined;
    if (this.where !== undefined && this.#leavesOut(delivery)) return undefined;
    const reader = this.#reader; // not by #hand: each publish comes here
    if (reader !== undefined) {
      this.#reader = this.#readers.shift();
      reader.hand(delivery);
    } else if (this.#deliveries.length < this.size) {
      this.#deliveries.push(delivery);
    } else {
      return this.#full(delivery, options);
    }
    return undefined;
  }

  /** Takes a delivery in if that costs nobody a wait; else it is dropped, and counted. */
  offer(delivery: Delivery): void {
    const full = this.#deliveries.length >= this.size;
    if (!full || this.overflow === "drop-oldest") {
      this.push(delivery, undefined);
    } else if (this.where === undefined || !this.#leavesOut(delivery)) {
      this.#drop();
    }
  }

  /** The next delivery, if one waits; whoever waits for room may then come in. */
  shift(): Delivery | undefined {
    const delivery = this.#deliveries.shift();
    if (this.#deliveries.length < this.size) {
      const admitted = this.#publishers.admit();
      if (admitted !== undefined) this.#deliveries.push(admitted);
      else if (this.#deliveries.length === 0) this.#dropping = false;
    }
    return delivery;
  }

  /** Puts `reader` in line for the next delivery. */
  wait(reader: Reader): void {
    if (this.#reader === undefined) this.#reader = reader;
    else this.#readers.push(reader);
  }

  /** Takes back what a leaving member of a group had in hand, for others: in this order, and before all that waits. */
  giveBack(...deliveries: readonly Delivery[]): void {
    const again = deliveries.map((delivery) => givenAgain(delivery));
    const handed = again.findIndex((delivery) => !this.#hand(delivery));
    if (handed < 0 || this.#closed) return;
    for (const delivery of again.slice(handed).reverse()) {
      this.#deliveries.unshift(delivery);
    }
  }

  /** Takes one in behind the others, whatever room there is: it was here before, and has waited elsewhere. */
  append(delivery: Delivery): void {
    if (this.#closed || this.#hand(delivery)) return;
    this.#deliveries.push(delivery);
  }

  /** Takes leaving readers out of the line. */
  dismissReaders(leaving: (reader: Reader) => boolean): void {
    const left: Reader[] = [];
    const leaves = (reader: Reader) => leaving(reader) && left.push(reader) > 0;
    this.#readers.remove(leaves);
    if (this.#reader !== undefined && leaves(this.#reader)) {
      this.#reader = this.#readers.shift();
    }
    for (const reader of left) reader.end();
  }

  /** Forgets what waits: it will come again. */
  clear(): void {
    this.#deliveries.clear();
  }

  /** Takes no more in; what waits can still be read. Publishers that wait are refused with `error`. */
  end(error: CaryatidError): void {
    this.#closed = true;
    this.#publishers.dismiss(error);
    this.dismissReaders(() => true);
  }

  /** Takes no more in and forgets what waits. Publishers that wait are done: nobody is there any more. */
  close(): void {
    this.#closed = true;
    this.#deliveries.clear();
    this.#publishers.dismiss();
    this.dismissReaders(() => true);
  }

  /** To the first in line, if anybody is. */
  #hand(delivery: Delivery): boolean {
    const reader = this.#reader;
    if (reader === undefined) return false;
    this.#reader = this.#readers.shift();
    reader.hand(delivery);
    return true;
  }

  /** Whether it isn't to come in. Nobody who publishes is to suffer from what `where` throws. */
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
    if (this.overflow === "wait") {
      return this.#publishers.wait(delivery, options);
    }
    this.#drop();
    if (this.overflow === "drop-oldest") {
      this.#deliveries.shift();
      this.#deliveries.push(delivery);
    }
    if (this.overflow !== "error") return undefined;
    return Promise.reject(
      new CaryatidError(
        "OVERFLOW",
        `Cannot publish on "${delivery.topic}": the queue of ` +
          `"${this.pattern}" is full with ${this.size} messages`,
        { hint: "read faster, or give that subscription another overflow" },
      ),
    );
  }

  #drop(): void {
    this.dropped++;
    if (this.#dropping) return;
    this.#dropping = true;
    this.#onDrop?.(this.pattern, this.overflow);
  }
}
