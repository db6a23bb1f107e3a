import type { Delivery, Subscription } from "@caryatid/sdk";
import { violation } from "../protocol_errors.ts";
import { fromWireError, type WireError } from "../wire_error.ts";
import { SlotDeliveries } from "./slot_deliveries.ts";
import type { UnreadBudget } from "./unread_budget.ts";

/** Options of {@linkcode SlotLoops}. */
export interface SlotLoopsOptions {
  readonly subscription: Subscription;
  /** Budget of the deliveries that the client has not acknowledged. */
  readonly unread: UnreadBudget;
  /** Called when the client uses one more loop. Throws if it may not. */
  readonly onLoop: () => void;
}

/**
 * Loops of a client that acknowledge their deliveries, by slot. Each loop has
 * one delivery in flight or waits for one.
 */
export class SlotLoops {
  readonly #options: SlotLoopsOptions;
  readonly #loops: AsyncIterator<Delivery>[] = [];
  readonly #inFlight: SlotDeliveries;
  readonly #waiting = new Set<number>();

  /** Starts without loops. */
  constructor(options: SlotLoopsOptions) {
    this.#options = options;
    this.#inFlight = new SlotDeliveries(options.unread);
  }

  /** Number of loops. */
  get length(): number {
    return this.#loops.length;
  }

  /** Number of loops that wait for a delivery. */
  get waiting(): number {
    return this.#waiting.size;
  }

  /** Number of deliveries that the client handles. */
  get inFlight(): number {
    return this.#inFlight.size;
  }

  /** Returns the loop of a slot, if there is one. */
  get(slot: number): AsyncIterator<Delivery> | undefined {
    return this.#loops[slot];
  }

  /**
   * Marks the delivery of a slot as done. Returns the loop of the slot, which
   * waits for a delivery until `endWait`. The next unused slot opens a loop.
   *
   * @throws {CaryatidError} `PROTOCOL_VIOLATION` for other slots, and for one
   * that waits already
   */
  wait(slot: number): AsyncIterator<Delivery> {
    const loop = this.#loops[slot] ?? this.#open(slot);
    if (this.#waiting.has(slot)) {
      throw violation(`the slot ${slot}, which waits already`);
    }
    this.#inFlight.release(slot);
    this.#waiting.add(slot);
    return loop;
  }

  /** Records the delivery that the client handles next in a slot. */
  hold(slot: number, delivery: Delivery): void {
    this.#inFlight.hold(slot, delivery);
  }

  /** Records that the loop of a slot no longer waits. */
  endWait(slot: number): void {
    this.#waiting.delete(slot);
  }

  /** Finishes the delivery of a slot as failed for good. */
  reject(slot: number, error: WireError, attempts: number | null): void {
    const delivery = this.#inFlight.get(slot);
    if (delivery === undefined) return;
    const { subscription } = this.#options;
    subscription.reject(delivery, fromWireError(error), attempts ?? undefined);
  }

  /** Ends the loops that have a delivery because of `error`. */
  abandon(error: unknown): void {
    for (const slot of this.#inFlight.slots()) {
      this.#loops[slot]?.throw?.(error)?.catch(() => {}); // it is over anyway
    }
    this.release();
  }

  /** Forgets all deliveries, which are no longer charged to the budget. */
  release(): void {
    for (const slot of this.#inFlight.slots()) this.#inFlight.release(slot);
  }

  #open(slot: number): AsyncIterator<Delivery> {
    if (slot !== this.#loops.length) throw violation(`the slot ${slot}`);
    const { subscription, onLoop } = this.#options;
    onLoop();
    return this.#loops[slot] = subscription[Symbol.asyncIterator]();
  }
}
