import { Ring } from "@caryatid/sdk/internal/bus";
import type { OutboxLimits } from "./limits.ts";
import type { OutgoingMessage } from "./outgoing_message.ts";

/** Unsent messages, oldest first. */
export class Outbox {
  /** True if the outbox may contain messages that are already settled. */
  stale = false;
  readonly #limits: OutboxLimits;
  readonly #ring = new Ring<OutgoingMessage>();
  #bytes = 0;

  /** Creates an empty outbox. */
  constructor(limits: OutboxLimits) {
    this.#limits = limits;
  }

  /**
   * Returns true if there is room for a message of `size` bytes, in addition to
   * `others` messages that wait elsewhere.
   */
  hasRoom(size: number, others: number): boolean {
    if (this.#fits(size, others)) return true;
    if (!this.stale) return false;
    this.#sweep();
    return this.#fits(size, others);
  }

  /** Adds a message at the end. */
  push(sending: OutgoingMessage): void {
    this.#ring.push(sending);
    this.#bytes += sending.size;
  }

  /** Adds messages at the front, in this order, even if there is no room. */
  putBack(sendings: readonly OutgoingMessage[]): void {
    for (const sending of sendings.toReversed()) {
      this.#ring.unshift(sending);
      this.#bytes += sending.size;
    }
  }

  /** Removes and returns the oldest message. */
  shift(): OutgoingMessage | undefined {
    const sending = this.#ring.shift();
    if (sending) this.#bytes -= sending.size;
    return sending;
  }

  /** Removes all messages, and calls `each` with each of them. */
  drain(each: (sending: OutgoingMessage) => void): void {
    for (let next = this.shift(); next; next = this.shift()) each(next);
  }

  #fits(size: number, others: number): boolean {
    const { messages, bytes } = this.#limits;
    const waiting = this.#ring.length + others;
    return waiting === 0 ||
      waiting < messages && this.#bytes + size <= bytes;
  }

  /**
   * Removes messages that are settled. Runs only if there is no room: to remove
   * each one at once would cost the length of a full outbox each time.
   */
  #sweep(): void {
    this.stale = false;
    this.#ring.remove((sending) => {
      if (sending.over) this.#bytes -= sending.size;
      return sending.over;
    });
  }
}
