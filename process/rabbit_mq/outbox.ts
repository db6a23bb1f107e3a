import { Ring } from "@caryatid/sdk/bus";
import type { Sending } from "./sending.ts";

/** What waits to be sent, in order. */
export class Outbox {
  readonly #ring = new Ring<Sending>();
  #bytes = 0;

  /** How many wait. */
  get length(): number {
    return this.#ring.length;
  }

  /** Their bodies' bytes. */
  get bytes(): number {
    return this.#bytes;
  }

  /** Adds at the end. */
  push(sending: Sending): void {
    this.#ring.push(sending);
    this.#bytes += sending.size;
  }

  /** Adds in front of the others, in this order. */
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

  /** Takes out those that nobody waits for any more. */
  sweep(): void {
    this.#ring.remove((sending) => {
      if (sending.over) this.#bytes -= sending.size;
      return sending.over;
    });
  }

  /** Takes out all. */
  drain(each: (sending: Sending) => void): void {
    for (let next = this.shift(); next; next = this.shift()) each(next);
  }
}
