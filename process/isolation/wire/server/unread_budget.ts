import type { ByteBudget, Delivery } from "@caryatid/sdk";
import { BUDGETS } from "../budgets.ts";
import { messageBytes } from "./message_bytes.ts";

/** Memory of a delivery without its message, in bytes. */
const DELIVERY = 200;

/**
 * Budget for the bytes of the deliveries that a guest has not begun or
 * acknowledged: those in its queues, and those that were sent to it.
 */
export class UnreadBudget implements ByteBudget {
  /** The part that was sent to the guest. */
  readonly sent: SentBudget = new SentBudget(this);
  #bytes = 0;

  /** Bytes in use. */
  get bytes(): number {
    return this.#bytes;
  }

  /** True while no further delivery may be queued. */
  get full(): boolean {
    return this.#bytes >= BUDGETS.unread;
  }

  /** Adds a delivery. Returns its size in bytes. */
  take(delivery: Delivery): number {
    const bytes = DELIVERY + messageBytes(delivery.message);
    this.#bytes += bytes;
    return bytes;
  }

  /** Removes deliveries of `bytes` bytes. */
  release(bytes: number): void {
    this.#bytes -= bytes;
  }
}

/**
 * Part of a budget for deliveries that were sent. Queued deliveries do not keep
 * further ones from being sent: the guest would never read them.
 */
class SentBudget implements ByteBudget {
  readonly #all: UnreadBudget;
  #bytes = 0;
  #room: PromiseWithResolvers<void> | undefined;

  /** Counts in `all`, too. */
  constructor(all: UnreadBudget) {
    this.#all = all;
  }

  get full(): boolean {
    return this.#bytes >= BUDGETS.unread;
  }

  /**
   * Returns a promise that resolves when further deliveries may be sent, or
   * undefined if they may be sent now.
   */
  room(): Promise<void> | undefined {
    if (!this.full) return undefined;
    return (this.#room ??= Promise.withResolvers<void>()).promise;
  }

  take(delivery: Delivery): number {
    const bytes = this.#all.take(delivery);
    this.#bytes += bytes;
    return bytes;
  }

  release(bytes: number): void {
    this.#all.release(bytes);
    this.#bytes -= bytes;
    if (this.#room === undefined || this.full) return;
    this.#room.resolve();
    this.#room = undefined;
  }
}
