import {
  DeliveryQueue,
  type Reader,
  turnMonotonic,
  type WaitingRoom,
} from "@caryatid/sdk/bus";
import type { BridgeDelivery } from "./bridge_delivery.ts";
import type { BridgeQueue, BridgeQueueOptions } from "./bridge_queue.ts";
import { ToldWaits } from "./told_waits.ts";

/** A loop that comes back within so many milliseconds is given more than the next delivery. */
const QUICK = 3;
/** Most deliveries that are sent ahead. */
const MOST_AHEAD = 64;
/** The queue at the host is longer by what is sent ahead: by this part of it at most. */
const PART_AHEAD = 4;
const QUEUE_SIZE = 100;

/**
 * Deliveries of a subscription whose steps nobody has to answer for. What loops wait for is demanded of the host, where the real
 * queue is; a loop that comes back at once is sent some ahead.
 */
export class DemandQueue extends DeliveryQueue implements BridgeQueue {
  readonly #options: BridgeQueueOptions;
  readonly #mostAhead: number;
  #ahead = 1;
  #lastWait = -Infinity;
  readonly #waits = new ToldWaits();
  #promised = 0;
  #more = 0;
  #taken = 0;

  constructor(room: WaitingRoom, options: BridgeQueueOptions) {
    super({ pattern: options.pattern, size: Infinity, overflow: "wait", room });
    this.#options = options;
    const part = Math.floor((options.queueSize ?? QUEUE_SIZE) / PART_AHEAD);
    this.#mostAhead = Math.max(1, Math.min(MOST_AHEAD, part));
  }

  override get length(): number {
    return super.length + this.#options.host.depth;
  }

  override get heldUp(): number {
    return this.#options.host.heldUp;
  }

  override wait(reader: Reader): void {
    super.wait(reader);
    this.#waits.begin();
    this.#adapt();
    this.#demand(Math.max(this.#waits.waiting, this.#ahead));
  }

  override shift(): BridgeDelivery | undefined {
    const delivery = super.shift() as BridgeDelivery | undefined;
    if (delivery === undefined) return undefined;
    this.#begun(delivery);
    if (this.#promised + super.length <= this.#ahead >> 1) {
      this.#demand(this.#ahead);
    }
    return delivery;
  }

  arrive(delivery: BridgeDelivery): void {
    this.#promised--;
    this.#waits.arrived(delivery.slot);
    if (this.#waits.waiting > 0) {
      this.#waits.end();
      this.#begun(delivery);
    }
    this.push(delivery, undefined);
  }

  /** Adds to what is told the host with the next batch. */
  report(): void {
    const waits = this.#waits.tell();
    if (this.#more + this.#taken === 0 && waits === 0) return;
    this.#options.demand(this.#more, waits, this.#taken);
    this.#more = this.#taken = 0;
  }

  #begun({ slot }: BridgeDelivery): void {
    if (slot === 0) return;
    this.#taken++;
    this.#options.touch();
  }

  #adapt(): void {
    const now = turnMonotonic();
    const quick = now - this.#lastWait < QUICK;
    this.#ahead = quick ? Math.min(this.#mostAhead, this.#ahead * 2) : 1;
    this.#lastWait = now;
  }

  /** So that so many are promised or here. */
  #demand(wanted: number): void {
    const more = wanted - this.#promised - super.length;
    if (more > 0) {
      this.#promised += more;
      this.#more += more;
    }
    this.#options.touch();
  }
}
