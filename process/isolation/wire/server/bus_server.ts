import { CaryatidError } from "@caryatid/sdk";
import { FROM_GUEST, FROM_HOST, mostBatch, WINDOW } from "../frames.ts";
import type { Outbox } from "../outbox.ts";
import { violation } from "../protocol_errors.ts";

import { fromWireFailure, toWireError } from "../wire_error.ts";
import { OpenResources } from "./open_resources.ts";
import {
  type BusServerOptions,
  type ServedBus,
  SUSPENDED_BUS,
} from "./served_bus.ts";
import { GuestRequests } from "./served_handling.ts";
import { ServedSends } from "./served_sends.ts";

/**
 * Executes the calls of a client on a bus, over a bridge. The client is not
 * trusted: its frames were checked by their schema, and everything else that
 * the protocol does not allow throws `PROTOCOL_VIOLATION`.
 */
export class BusServer {
  readonly #outbox: Outbox;
  readonly #options: BusServerOptions;
  readonly #sends: ServedSends;
  readonly #requests: GuestRequests;
  readonly #resources: OpenResources;
  #owed = 0;
  #waitsForRoom = false;
  #gone = false;
  #saysBye = false;

  /** Starts without open resources. */
  constructor(options: BusServerOptions) {
    const { outbox } = options;
    this.#options = options;
    this.#outbox = outbox;
    this.#sends = new ServedSends(options);
    this.#requests = new GuestRequests(outbox);
    this.#resources = new OpenResources(options, this.#requests);
    outbox.onFlush = () => this.#report();
  }

  /** Number of the client's loops that wait for a delivery. */
  get readers(): number {
    return this.#resources.readers;
  }

  /**
   * Resolves when the client has finished the deliveries of subscriptions that
   * end now.
   */
  settled(): Promise<void> {
    return this.#resources.settled();
  }

  /**
   * Counts received bytes. The client may send as many again when they are
   * handled.
   */
  owe(bytes: number): void {
    this.#owed += bytes;
    if (this.#owed > WINDOW + mostBatch(this.#options.messageSize)) {
      throw violation(`${this.#owed} bytes, more than it had credit for`);
    }
    this.#outbox.touch();
  }

  /**
   * Handles a frame of `bytes` bytes. Returns false if a bus has no such frame.
   */
  receive(items: readonly unknown[], bytes: number): boolean {
    switch (items[0]) {
      case FROM_GUEST.publish:
        this.#sends.publish(items, bytes);
        return true;
      case FROM_GUEST.request:
        this.#sends.request(items, bytes);
        return true;
      case FROM_GUEST.answer:
      case FROM_GUEST.noAnswer:
        this.#request(items)?.resolve(items[2]);
        return true;
      case FROM_GUEST.failure:
        this.#request(items)?.reject(fromWireFailure(items[2]));
        return true;
      case FROM_GUEST.cancel:
        this.#sends.cancel(items[1] as number);
        return true;
      case FROM_GUEST.bye:
        this.#bye();
        return true;
      default:
        return this.#resources.receive(items);
    }
  }

  /**
   * Rejects the requests of a client that has ended, and keeps deliveries that
   * the client had not begun.
   */
  abandon(error: unknown): void {
    if (this.#gone) return;
    this.#gone = true;
    this.#requests.abandon(error);
    this.#resources.abandon(error);
    this.#sends.abandon(error);
  }

  /**
   * Keeps the unread deliveries of subscriptions that the client closes from
   * now on.
   */
  finish(): void {
    this.#resources.finish();
  }

  /** Refuses all calls of the client until `resume`. */
  suspend(): void {
    this.#resources.suspend();
    this.#sends.use(SUSPENDED_BUS);
  }

  /** Executes calls on `bus` from now on. */
  resume(bus: ServedBus): void {
    this.#resources.resume(bus);
    this.#sends.use(bus);
  }

  /** Closes everything that the client has open. */
  async close(): Promise<void> {
    this.#gone = true;
    await this.#resources.close();
  }

  async #bye(): Promise<void> {
    if (this.#saysBye) return;
    this.#saysBye = true;
    await this.close();
    const error = new CaryatidError("BUS_CLOSED", "the bus is closed");
    this.#outbox.add([FROM_HOST.end, toWireError(error)]);
  }

  #request(items: readonly unknown[]) {
    const number = items[1] as number;
    if (number >= this.#requests.count) {
      throw violation("an answer to no request");
    }
    return this.#requests.get(number);
  }

  /** Adds frames that are sent once for each batch. */
  #report(): void {
    this.#sends.report();
    this.#resources.reportStates();
    if (this.#owed === 0 || this.#sends.full || this.#hasNoRoom()) return;
    this.#outbox.add([FROM_HOST.credit, this.#owed]);
    this.#owed = 0;
  }

  /** A client that does not read gets no credit to cause more replies. */
  #hasNoRoom(): boolean {
    const room = this.#outbox.room();
    if (room && !this.#waitsForRoom) {
      this.#waitsForRoom = true;
      room.then(() => {
        this.#waitsForRoom = false;
        this.#outbox.touch();
      });
    }
    return room !== undefined;
  }
}
