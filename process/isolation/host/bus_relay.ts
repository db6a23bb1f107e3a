import { CaryatidError, type MessageBus } from "@caryatid/sdk";
import { crossing } from "../crossing_error.ts";
import {
  FROM_GUEST,
  FROM_HOST,
  MOST_HEAD,
  mostBatch,
  WINDOW,
} from "../frames.ts";
import type { Outbox } from "../outbox.ts";
import { violation } from "../read_frames.ts";
import { GuestHoldings } from "./guest_holdings.ts";
import type { Leftovers } from "./leftovers.ts";
import { RESTING } from "./resting_bus.ts";
import { readCount, readText } from "./read_items.ts";
import { Asks } from "./relayed_handling.ts";
import { RelayedSends } from "./relayed_sends.ts";

/** The part of a bus, or of a module's context, that guests use. */
export type RelayedBus = Pick<
  MessageBus,
  "publish" | "subscribe" | "request" | "handle"
>;

/** What a {@linkcode BusRelay} is made of. */
export interface BusRelayOptions {
  /** What the guest is given to publish on and hear. */
  readonly bus: RelayedBus;
  readonly outbox: Outbox;
  /** The longest message, in bytes. */
  readonly messageSize: number;
  /** What an earlier guest left. */
  readonly leftovers?: Leftovers;
  /** Called for each publish; may throw to end the guest. */
  readonly onPublish?: (() => void) | undefined;
  /** Hears of a delivery that has no form on the bridge. */
  readonly onUnsendable?: ((topic: string, error: unknown) => void) | undefined;
}

/** Does on a bus what a guest asks for. The guest isn't trusted: what doesn't fit the protocol throws `PROTOCOL_VIOLATION`. */
export class BusRelay {
  readonly #outbox: Outbox;
  readonly #options: BusRelayOptions;
  readonly #sends: RelayedSends;
  readonly #asks: Asks;
  readonly #holdings: GuestHoldings;
  #owed = 0;
  #gone = false;

  /** The guest holds nothing yet. */
  constructor(options: BusRelayOptions) {
    const { outbox } = options;
    this.#options = options;
    this.#outbox = outbox;
    this.#sends = new RelayedSends(options);
    this.#asks = new Asks(outbox);
    this.#holdings = new GuestHoldings(options, this.#asks);
    outbox.onFlush = () => this.#tell();
  }

  /** Loops of the guest that wait for a delivery, as far as is known. */
  get readers(): number {
    return this.#holdings.readers;
  }

  /** Resolves when the guest is through with what subscriptions gave it that end just now. */
  settled(): Promise<void> {
    return this.#holdings.settled();
  }

  /** So many bytes came: as many more may come when they are dealt with. */
  owe(bytes: number): void {
    this.#owed += bytes;
    if (this.#owed > WINDOW + mostBatch(this.#options.messageSize)) {
      throw violation(`${this.#owed} bytes, more than it had credit for`);
    }
    this.#outbox.touch();
  }

  /** Deals with a frame of so many bytes. Says whether it was one for a bus. */
  receive(items: readonly unknown[], bytes: number): boolean {
    if (bytes > this.#options.messageSize + MOST_HEAD) {
      throw violation(`a frame of ${bytes} bytes`);
    }
    switch (items[0]) {
      case FROM_GUEST.publish:
        this.#sends.publish(items, bytes);
        return true;
      case FROM_GUEST.request:
        this.#sends.request(items, bytes);
        return true;
      case FROM_GUEST.answer:
      case FROM_GUEST.noAnswer:
        this.#ask(items)?.resolve(items[2]);
        return true;
      case FROM_GUEST.failure: {
        const code = readText(items[2]);
        const message = readText(items[3]);
        this.#ask(items)?.reject({ code, message });
        return true;
      }
      case FROM_GUEST.cancel:
        this.#sends.cancel(readCount(items[1]));
        return true;
      case FROM_GUEST.bye:
        this.#bye();
        return true;
      default:
        return this.#holdings.receive(items);
    }
  }

  /** The guest is gone, because of `error`: its requests fail, what it holds is left to its host. */
  abandon(error: unknown): void {
    if (this.#gone) return;
    this.#gone = true;
    this.#asks.abandon(error);
    this.#holdings.abandon(error);
    this.#sends.abandon(error);
  }

  /** The guest is to clean up: what it closes from here on it has not read to the end. */
  finish(): void {
    this.#holdings.finish();
  }

  /** The guest has cleaned up, and stays: what it asks for is refused until it is to set itself up again. */
  rest(): void {
    this.#holdings.rest();
    this.#sends.use(RESTING);
  }

  /** From here on what it asks for is done on `bus`. */
  resume(bus: RelayedBus): void {
    this.#holdings.resume(bus);
    this.#sends.use(bus);
  }

  /** Closes all that the guest holds. */
  async close(): Promise<void> {
    this.#gone = true;
    await this.#holdings.close();
  }

  async #bye(): Promise<void> {
    await this.close();
    const error = new CaryatidError("BUS_CLOSED", "the bus is closed");
    this.#outbox.add([FROM_HOST.end, crossing(error)]);
  }

  #ask(items: readonly unknown[]) {
    const number = readCount(items[1]);
    if (number >= this.#asks.count) throw violation("an answer to no request");
    return this.#asks.get(number);
  }

  /** What is told once for each batch. */
  #tell(): void {
    this.#sends.tell();
    this.#holdings.tellStates();
    if (this.#owed === 0 || this.#sends.full) return;
    this.#outbox.add([FROM_HOST.credit, this.#owed]);
    this.#owed = 0;
  }
}
