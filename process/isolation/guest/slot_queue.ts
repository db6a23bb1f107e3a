import {
  DeliveryQueue,
  type Reader,
  type WaitingRoom,
} from "@caryatid/sdk/bus";
import type { BridgeDelivery } from "./bridge_delivery.ts";
import type { BridgeQueue, BridgeQueueOptions } from "./bridge_queue.ts";

/**
 * Deliveries of a subscription for whose steps somebody answers: a member of a group, or with `retry`. Each one in hand here is one
 * in hand at the host, in a slot of its own; nothing is sent ahead.
 */
export class SlotQueue extends DeliveryQueue implements BridgeQueue {
  readonly #options: BridgeQueueOptions;
  #slots = 0;
  readonly #free: number[] = [];

  constructor(room: WaitingRoom, options: BridgeQueueOptions) {
    super({ pattern: options.pattern, size: Infinity, overflow: "wait", room });
    this.#options = options;
  }

  override get length(): number {
    return super.length + this.#options.host.depth;
  }

  override get heldUp(): number {
    return this.#options.host.heldUp;
  }

  override wait(reader: Reader): void {
    super.wait(reader);
    this.#options.next(this.#free.pop() ?? this.#slots++);
  }

  arrive(delivery: BridgeDelivery): void {
    this.push(delivery, undefined);
  }

  /** The step with `delivery` is over. */
  done({ slot }: BridgeDelivery): void {
    this.#free.push(slot);
  }

  report(): void {}
}
