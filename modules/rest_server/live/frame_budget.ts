import type { Duplex } from "node:stream";
import type { MemoryBudget } from "../gateway/memory_budget.ts";

/** Counts the bytes of frames that are not complete in the common budget. */
export class FrameBudget {
  readonly #budget: MemoryBudget;

  /** Uses the budget of the server. */
  constructor(budget: MemoryBudget) {
    this.#budget = budget;
  }

  /**
   * Counts the bytes received on a connection. `onFull` is called if the budget
   * is used up.
   */
  open(socket: Duplex, onFull: () => void): FrameRoom {
    const room = new FrameRoom(this.#budget);
    const count = (bytes: Uint8Array) => {
      if (room.take(bytes.length)) return;
      socket.off("data", count);
      onFull();
    };
    socket.on("data", count);
    socket.once("close", () => room.release());
    return room;
  }
}

/** Bytes that are reserved for one connection. */
export class FrameRoom {
  readonly #budget: MemoryBudget;
  #held = 0;
  #isClosed = false;

  /** Reserves nothing yet. */
  constructor(budget: MemoryBudget) {
    this.#budget = budget;
  }

  /**
   * Reserves room for received bytes. Returns false if the budget is used up.
   */
  take(bytes: number): boolean {
    if (this.#isClosed || !this.#budget.take(bytes)) return false;
    this.#held += bytes;
    return true;
  }

  /** Releases the room of a frame that is complete and was handled. */
  complete(): void {
    this.#budget.give(this.#held);
    this.#held = 0;
  }

  /** Releases the room when the connection ends. */
  release(): void {
    this.complete();
    this.#isClosed = true;
  }
}
