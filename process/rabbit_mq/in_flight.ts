import type { Sending } from "./sending.ts";

/** What is sent and has no confirm yet, in the order of sending. */
export class InFlight {
  readonly #sendings = new Set<Sending>();
  #bytes = 0;

  /** How many there are. */
  get size(): number {
    return this.#sendings.size;
  }

  /** Their bodies' bytes. */
  get bytes(): number {
    return this.#bytes;
  }

  /** One more was sent. */
  add(sending: Sending): void {
    this.#sendings.add(sending);
    this.#bytes += sending.size;
  }

  /** One is settled. */
  delete(sending: Sending): void {
    if (this.#sendings.delete(sending)) this.#bytes -= sending.size;
  }

  /** Takes out all. */
  drain(): Sending[] {
    const all = [...this.#sendings];
    this.#sendings.clear();
    this.#bytes = 0;
    return all;
  }

  /** In the order of sending. */
  [Symbol.iterator](): IterableIterator<Sending> {
    return this.#sendings.values();
  }
}
