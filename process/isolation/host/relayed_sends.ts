import { crossing } from "../crossing_error.ts";
import { FROM_HOST } from "../frames.ts";
import type { Outbox } from "../outbox.ts";
import { violation } from "../read_frames.ts";
import type { BusRelayOptions, RelayedBus } from "./bus_relay.ts";
import {
  readCount,
  readSentOptions,
  readText,
  type SentOptions,
} from "./read_items.ts";

/** Bytes of publishes and requests that wait for the bus; what is beyond has to wait at the guest. */
const MOST_PENDING = 8 * 1024 * 1024;

/** What a guest publishes and asks, on its way to the bus of the host; it is told what became of each. */
export class RelayedSends {
  #bus: RelayedBus;
  readonly #outbox: Outbox;
  readonly #onPublish: BusRelayOptions["onPublish"];
  readonly #cancels = new Map<number, AbortController>();
  #firstAccepted = 0;
  #accepted = 0;
  #pendingBytes = 0;

  /** Nothing is on its way. */
  constructor({ bus, outbox, onPublish }: BusRelayOptions) {
    this.#bus = bus;
    this.#outbox = outbox;
    this.#onPublish = onPublish;
  }

  /** Whether so much waits for the bus that the guest may send no more. */
  get full(): boolean {
    return this.#pendingBytes > MOST_PENDING;
  }

  /** From here on `bus` is what it publishes and asks on. */
  use(bus: RelayedBus): void {
    this.#bus = bus;
  }

  /** Publishes what a frame of so many bytes says. */
  publish(items: readonly unknown[], bytes: number): void {
    const number = readCount(items[1]);
    const topic = readText(items[2]);
    const sent = readSentOptions(items[3]);
    if (items.length !== 5) throw violation("a publish without a message");
    this.#onPublish?.();
    this.#pendingBytes += bytes;
    this.#bus.publish(topic, items[4], sent && this.#busOptions(number, sent))
      .then(
        () => this.#accept(number, bytes),
        (error) => this.#refuse(number, error, bytes),
      );
  }

  /** Makes the request that a frame of so many bytes says. */
  request(items: readonly unknown[], bytes: number): void {
    const number = readCount(items[1]);
    const topic = readText(items[2]);
    const sent = readSentOptions(items[3]);
    if (items.length !== 5) throw violation("a request without a message");
    this.#pendingBytes += bytes;
    this.#bus.request(topic, items[4], sent && this.#busOptions(number, sent))
      .then((answer) => {
        this.#outbox.add([FROM_HOST.answered, number, answer]);
        this.#settled(number, bytes);
      })
      .catch((error) => this.#refuse(number, error, bytes));
  }

  /** The signal of that publish or request has fired at the guest. */
  cancel(number: number): void {
    this.#cancels.get(number)?.abort();
  }

  /** The guest is gone, because of `error`. */
  abandon(error: unknown): void {
    for (const cancel of this.#cancels.values()) cancel.abort(error);
    this.#cancels.clear();
  }

  /** Tells which publishes were accepted since the last time. */
  tell(): void {
    if (this.#accepted === 0) return;
    this.#outbox.add([
      FROM_HOST.accepted,
      this.#firstAccepted,
      this.#accepted,
    ]);
    this.#accepted = 0;
  }

  /** What the bus gets; undefined values aren't options. */
  #busOptions(number: number, { cancel, ...options }: SentOptions) {
    if (!cancel) return options;
    const controller = new AbortController();
    this.#cancels.set(number, controller);
    return { ...options, signal: controller.signal };
  }

  #accept(number: number, bytes: number): void {
    this.#settled(number, bytes);
    if (number !== this.#firstAccepted + this.#accepted) {
      this.tell();
      this.#firstAccepted = number;
    }
    this.#accepted++;
    this.#outbox.touch();
  }

  #refuse(number: number, error: unknown, bytes: number): void {
    this.#settled(number, bytes);
    this.#outbox.add([FROM_HOST.refused, number, crossing(error)]);
  }

  #settled(number: number, bytes: number): void {
    this.#pendingBytes -= bytes;
    if (this.#cancels.size > 0) this.#cancels.delete(number);
  }
}
