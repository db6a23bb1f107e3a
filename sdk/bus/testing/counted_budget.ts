import type { ByteBudget } from "../../subscription.ts";

/** Budget for `most` bytes, of which each delivery takes one. */
export class CountedBudget implements ByteBudget {
  /** Bytes in use. */
  bytes = 0;
  readonly #most: number;

  /** Starts empty. */
  constructor(most: number) {
    this.#most = most;
  }

  /** True from `most` bytes on. */
  get full(): boolean {
    return this.bytes >= this.#most;
  }

  /** Adds a delivery. */
  take(): number {
    this.bytes++;
    return 1;
  }

  /** Removes deliveries of `bytes` bytes. */
  release(bytes: number): void {
    this.bytes -= bytes;
  }
}
