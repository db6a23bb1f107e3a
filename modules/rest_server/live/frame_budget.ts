import type { Duplex } from "node:stream";
import type { MemoryBudget } from "../gateway/memory_budget.ts";

/** Counts the bytes of frames that are not complete in the common budget. */
export class FrameBudget {
  readonly #budget: MemoryBudget;

  /** The budget is that of the server. */
  constructor(budget: MemoryBudget) {
    this.#budget = budget;
  }

  /**
   * Counts what comes on a connection; `onFull` is called if there is no room
   * for it.
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

/** Bytes that one connection holds. */
export class FrameRoom {
  readonly #budget: MemoryBudget;
  #held = 0;
  #isClosed = false;

  /** Holds none yet. */
  constructor(budget: MemoryBudget) {
    this.#budget = budget;
  }

  /** Takes room for received bytes. Returns false if there is no room. */
  take(bytes: number): boolean {
    if (this.#isClosed || !this.#budget.take(bytes)) return false;
    this.#held += bytes;
    return true;
  }

  /** Gives the room back: a frame is complete, and was handled. */
  complete(): void {
    this.#budget.give(this.#held);
    this.#held = 0;
  }

  /** Gives the room back for good. */
  release(): void {
    this.complete();
    this.#isClosed = true;
  }
}
