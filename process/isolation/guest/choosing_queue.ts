import type { SubscribeOptions } from "@caryatid/sdk";
import {
  checkSubscribeOptions,
  DeliveryQueue,
  MAX_TIMEOUT,
  type Reader,
  Ring,
  type WaitingRoom,
} from "@caryatid/sdk/bus";
import type { BridgeDelivery } from "./bridge_delivery.ts";
import type { BridgeQueue, BridgeQueueOptions } from "./bridge_queue.ts";
import { ToldWaits } from "./told_waits.ts";

/** Deliveries that may be on their way here, or wait for room. */
const WINDOW = 64;

/** What the host is told of one delivery. */
interface Told {
  over: boolean;
}

/**
 * Deliveries of a subscription that chooses by `where` or `filter`: functions can't cross, so all come here, and the real queue is
 * here. What isn't wanted takes no room in it. Nobody can be refused a publish any more: "error" drops, and counts.
 */
export class ChoosingQueue extends DeliveryQueue implements BridgeQueue {
  readonly #options: BridgeQueueOptions;
  readonly #own: SubscribeOptions;
  /** Those which the host believes have not begun, in order. */
  readonly #unbegun = new Ring<Told>();
  readonly #told = new Map<BridgeDelivery, Told>();
  readonly #waits = new ToldWaits();
  #more = WINDOW;
  #begun = 0;

  /** `own` are the options of the subscription. */
  constructor(
    room: WaitingRoom,
    options: BridgeQueueOptions,
    own: SubscribeOptions,
  ) {
    const { queueSize: size, overflow } = checkSubscribeOptions(own);
    super({ pattern: options.pattern, size, overflow, room });
    this.#options = options;
    this.#own = own;
    options.touch();
  }

  override get heldUp(): number {
    return super.heldUp + this.#options.host.heldUp;
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
    const waits = this.#waits.tell();
    if (this.#more + this.#begun === 0 && waits === 0) return;
    this.#options.demand(this.#more, waits, this.#begun);
    this.#more = this.#begun = 0;
  }

  /** Until it is over: the host believes that it has not begun. */
  #keep(delivery: BridgeDelivery): void {
    const told = { over: false };
    this.#unbegun.push(told);
    this.#told.set(delivery, told);
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

  /** Nothing waits for room any more, so another one may come. */
  #mayCome = (): void => {
    this.#more++;
    this.#options.touch();
  };

  /** It is begun, or will never be. The host hears of those before which none waits. */
  #over(delivery: BridgeDelivery): void {
    const told = this.#told.get(delivery);
    if (told === undefined) return; // sent to a loop that waited
    told.over = true;
    this.#told.delete(delivery);
    while (this.#unbegun.length > 0) {
      const first = this.#unbegun.shift()!;
      if (!first.over) return this.#unbegun.unshift(first);
      this.#begun++;
    }
    this.#options.touch();
  }
}
