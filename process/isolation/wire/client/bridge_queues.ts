import {
  type BackPressure,
  DeliveryQueue,
  type Reader,
} from "@caryatid/sdk/bus";
import { loopMonotonic } from "@caryatid/sdk/internal/bus";
import type { BridgeDelivery } from "./bridge_delivery.ts";

/** State of the real queue at the host, as last reported. */
export interface HostState {
  queued: number;
  dropped: number;
  waitingPublishers: number;
  /** Deliveries that were demanded and have not arrived. */
  wanted: number;
}

/** Options of a queue of the bridge. */
export interface BridgeQueueOptions {
  readonly pattern: string;
  /** Size of the real queue, if it is known. */
  readonly queueSize: number | undefined;
  readonly host: HostState;
  /** Schedules a call of `report`. */
  readonly touch: () => void;
  /**
   * Demands `more` deliveries of the host, and reports the change in the number
   * of waiting loops and the number of deliveries that have begun.
   */
  readonly demand: (more: number, waits: number, begun: number) => void;
  /** Reports that the step of `slot` is done, and demands the next delivery. */
  readonly next: (slot: number) => void;
}

/** Queue of one subscription at the guest. */
export interface BridgeQueue extends DeliveryQueue {
  /** Adds a delivery that has arrived. */
  arrive(delivery: BridgeDelivery): void;
  /** Reports to the host what has changed since the last report. */
  report(): void;
}

/** Time of a step below which deliveries are sent ahead, in milliseconds. */
const QUICK = 3;
/** Maximum number of deliveries that are sent ahead. */
const MAX_AHEAD = 64;
/** Part of the queue size that may be sent ahead: it makes the queue longer. */
const PART_AHEAD = 4;
const QUEUE_SIZE = 100;

/**
 * Queue of a subscription that acknowledges nothing. The host has the real
 * queue. This queue demands deliveries for waiting loops from the host, and
 * some ahead for a quick loop.
 */
export class DemandQueue extends DeliveryQueue implements BridgeQueue {
  readonly #options: BridgeQueueOptions;
  readonly #maxAhead: number;
  #ahead = 1;
  #lastWait = -Infinity;
  readonly #waits = new ReportedWaits();
  #promised = 0;
  #more = 0;
  #taken = 0;

  constructor(backPressure: BackPressure, options: BridgeQueueOptions) {
    super({
      pattern: options.pattern,
      size: Infinity,
      overflow: "wait",
      backPressure,
    });
    this.#options = options;
    const part = Math.floor((options.queueSize ?? QUEUE_SIZE) / PART_AHEAD);
    this.#maxAhead = Math.max(1, Math.min(MAX_AHEAD, part));
  }

  override get length(): number {
    return super.length + this.#options.host.queued;
  }

  override get waitingPublishers(): number {
    return this.#options.host.waitingPublishers;
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

  /** Adds a demand to the next batch. */
  report(): void {
    const waits = this.#waits.report();
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
    const now = loopMonotonic();
    const quick = now - this.#lastWait < QUICK;
    this.#ahead = quick ? Math.min(this.#maxAhead, this.#ahead * 2) : 1;
    this.#lastWait = now;
  }

  /** Demands deliveries until `wanted` are on their way or here. */
  #demand(wanted: number): void {
    const more = wanted - this.#promised - super.length;
    if (more > 0) {
      this.#promised += more;
      this.#more += more;
    }
    this.#options.touch();
  }
}

/**
 * Queue of a subscription that acknowledges its deliveries: a member of a
 * group, or one with `retry`. Each delivery in flight has its own slot at the
 * host. Nothing is sent ahead.
 */
export class SlotQueue extends DeliveryQueue implements BridgeQueue {
  readonly #options: BridgeQueueOptions;
  #slots = 0;
  readonly #free: number[] = [];

  constructor(backPressure: BackPressure, options: BridgeQueueOptions) {
    super({
      pattern: options.pattern,
      size: Infinity,
      overflow: "wait",
      backPressure,
    });
    this.#options = options;
  }

  override get length(): number {
    return super.length + this.#options.host.queued;
  }

  override get waitingPublishers(): number {
    return this.#options.host.waitingPublishers;
  }

  override wait(reader: Reader): void {
    super.wait(reader);
    this.#options.next(this.#free.pop() ?? this.#slots++);
  }

  arrive(delivery: BridgeDelivery): void {
    this.push(delivery, undefined);
  }

  /** Frees the slot of a delivery whose step is over. */
  done({ slot }: BridgeDelivery): void {
    this.#free.push(slot);
  }

  report(): void {}
}

/**
 * Number of loops of a subscription that wait for a delivery, and the number
 * that the host knows. The host sends a delivery of slot 0 to a waiting loop,
 * and then counts one loop less by itself.
 */
export class ReportedWaits {
  #waiting = 0;
  #reported = 0;

  /** Number of loops that wait. */
  get waiting(): number {
    return this.#waiting;
  }

  /** Counts a loop that begins to wait. */
  begin(): void {
    this.#waiting++;
  }

  /** Counts a loop that has received its delivery. */
  end(): void {
    this.#waiting--;
  }

  /** Counts a delivery that has arrived with this slot. */
  arrived(slot: number): void {
    if (slot === 0) this.#reported--;
  }

  /**
   * Returns how many more loops wait than the host knows, negative if fewer
   * do. The host knows the number from then on.
   */
  report(): number {
    const more = this.#waiting - this.#reported;
    this.#reported = this.#waiting;
    return more;
  }
}
