import type { BusSubscribeOptions } from "@caryatid/sdk";
import {
  type BackPressure,
  checkSubscribeOptions,
  DeliveryQueue,
  MAX_TIMEOUT,
  type Reader,
} from "@caryatid/sdk/bus";
import { Ring } from "@caryatid/sdk/internal/bus";
import type { BridgeDelivery } from "./bridge_delivery.ts";
import {
  type BridgeQueue,
  type BridgeQueueOptions,
  ReportedWaits,
} from "./bridge_queues.ts";

/** Maximum number of deliveries that are on their way or wait for room. */
const WINDOW = 64;

/** State of a delivery that the host believes has not begun. */
interface Unbegun {
  over: boolean;
}

/**
 * Queue of a subscription with `where` or `filter`. Functions do not cross the
 * bridge, so all deliveries arrive here, and the real queue is here. Unwanted
 * deliveries take no room in it. A publish can no longer be refused: the
 * overflow "error" drops the delivery and counts it.
 */
export class ChoosingQueue extends DeliveryQueue implements BridgeQueue {
  readonly #options: BridgeQueueOptions;
  readonly #own: BusSubscribeOptions;
  /** Deliveries that the host believes have not begun, in order. */
  readonly #unbegun = new Ring<Unbegun>();
  readonly #states = new Map<BridgeDelivery, Unbegun>();
  readonly #waits = new ReportedWaits();
  #more = WINDOW;
  #begun = 0;

  /** `own` are the options of the subscription. */
  constructor(
    backPressure: BackPressure,
    options: BridgeQueueOptions,
    own: BusSubscribeOptions,
  ) {
    const { queueSize: size, overflow } = checkSubscribeOptions(own);
    super({ pattern: options.pattern, size, overflow, backPressure });
    this.#options = options;
    this.#own = own;
    options.touch();
  }

  override get waitingPublishers(): number {
    return super.waitingPublishers + this.#options.host.waitingPublishers;
  }

  override wait(reader: Reader): void {
    super.wait(reader);
    this.#waits.begin();
    this.#options.touch();
  }

  override shift(): BridgeDelivery | undefined {
    const delivery = super.shift() as BridgeDelivery | undefined;
    if (delivery) this.#over(delivery);
    return delivery;
  }

  arrive(delivery: BridgeDelivery): void {
    this.#waits.arrived(delivery.slot);
    if (delivery.slot !== 0) this.#keep(delivery);
    const wait = this.#isWanted(delivery) && this.#hasRoom()
      ? this.#take(delivery)
      : this.#over(delivery);
    if (wait) wait.then(this.#mayCome, this.#mayCome);
    else this.#mayCome();
  }

  report(): void {
    const waits = this.#waits.report();
    if (this.#more + this.#begun === 0 && waits === 0) return;
    this.#options.demand(this.#more, waits, this.#begun);
    this.#more = this.#begun = 0;
  }

  /** Records a delivery that the host believes has not begun. */
  #keep(delivery: BridgeDelivery): void {
    const state = { over: false };
    this.#unbegun.push(state);
    this.#states.set(delivery, state);
  }

  #isWanted(delivery: BridgeDelivery): boolean {
    const { filter, where } = this.#own;
    try {
      return (filter?.(delivery.topic) ?? true) && (where?.(delivery) ?? true);
    } catch {
      this.dropped++;
      return false;
    }
  }

  #hasRoom(): boolean {
    if (this.overflow === "wait" || super.length < this.size) return true;
    this.dropped++;
    if (this.overflow !== "drop-oldest") return false;
    this.shift();
    return true;
  }

  #take(delivery: BridgeDelivery): Promise<void> | void {
    const handed = this.#waits.waiting > 0;
    const wait = this.push(delivery, { timeout: MAX_TIMEOUT });
    if (!handed) return wait;
    this.#waits.end();
    this.#over(delivery);
  }

  /** Allows another delivery, because this one has room. */
  #mayCome = (): void => {
    this.#more++;
    this.#options.touch();
  };

  /**
   * Marks a delivery as begun or skipped. It is reported once all earlier ones
   * are.
   */
  #over(delivery: BridgeDelivery): void {
    const state = this.#states.get(delivery);
    if (state === undefined) return; // sent to a loop that waited
    state.over = true;
    this.#states.delete(delivery);
    while (this.#unbegun.length > 0) {
      const first = this.#unbegun.shift()!;
      if (!first.over) return this.#unbegun.unshift(first);
      this.#begun++;
    }
    this.#options.touch();
  }
}
