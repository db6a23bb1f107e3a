import { Ring } from "@caryatid/sdk/bus";
import type { Sending } from "./sending.ts";

/** Bounds of an {@linkcode Outbox}. One message has room in any case. */
export interface OutboxLimits {
  /** How many may wait. */
  readonly messages: number;
  /** Their bodies' bytes. */
  readonly bytes: number;
}

/** What waits to be sent, in order. */
export class Outbox {
  /** Whether there may be some that nobody waits for any more. */
  stale = false;
  readonly #limits: OutboxLimits;
  readonly #ring = new Ring<Sending>();
  #bytes = 0;

  /** It is empty. */
  constructor(limits: OutboxLimits) {
    this.#limits = limits;
  }

  /** Whether one of that size may wait, with so many others that wait elsewhere. */
  hasRoom(size: number, others: number): boolean {
    if (this.#fits(size, others)) return true;
    if (!this.stale) return false;
    this.#sweep();
    return this.#fits(size, others);
  }

  /** Adds at the end. */
  push(sending: Sending): void {
    this.#ring.push(sending);
    this.#bytes += sending.size;
  }

  /** Adds in front of the others, in this order, whatever room there is. */
  putBack(sendings: readonly Sending[]): void {
    for (const sending of sendings.toReversed()) {
      this.#ring.unshift(sending);
      this.#bytes += sending.size;
    }
  }

  /** The next one. */
  shift(): Sending | undefined {
    const sending = this.#ring.shift();
    if (sending) this.#bytes -= sending.size;
    return sending;
  }

  /** Takes out all. */
  drain(each: (sending: Sending) => void): void {
    for (let next = this.shift(); next; next = this.shift()) each(next);
  }

  #fits(size: number, others: number): boolean {
    const { messages, bytes } = this.#limits;
    const waiting = this.#ring.length + others;
    return waiting === 0 ||
      waiting < messages && this.#bytes + size <= bytes;
  }

  /** Takes out those that nobody waits for: not for each one, or a full outbox would cost its length each time. */
  #sweep(): void {
    this.stale = false;
    this.#ring.remove((sending) => {
      if (sending.over) this.#bytes -= sending.size;
      return sending.over;
    });
  }
}
