import { BUDGETS } from "../budgets.ts";
import type { SentOptions } from "../frame_schema.ts";
import { FROM_HOST } from "../frames.ts";
import type { Outbox } from "../outbox.ts";
import { overBudget, violation } from "../protocol_errors.ts";
import { isSafe, safeText } from "../safe_text.ts";
import { toWireError, type WireError } from "../wire_error.ts";
import type { BusServerOptions, ServedBus } from "./served_bus.ts";

/**
 * Maximum size of publishes and requests that wait for the bus, in bytes.
 * Beyond this size the client gets no credit.
 */
const MAX_PENDING_BYTES = 8 * 1024 * 1024;

/**
 * Publishes and requests of a client on their way to the bus. The client
 * receives the outcome of each.
 */
export class ServedSends {
  #bus: ServedBus;
  readonly #outbox: Outbox;
  readonly #onPublish: BusServerOptions["onPublish"];
  readonly #cancels = new Map<number, AbortController>();
  /** Numbers ascend: a lower one was used before. */
  #lastNumber = -1;
  #firstAccepted = 0;
  #accepted = 0;
  #publishes = 0;
  #requests = 0;
  #pendingBytes = 0;
  #gone = false;

  /** Nothing is pending yet. */
  constructor({ bus, outbox, onPublish }: BusServerOptions) {
    this.#bus = bus;
    this.#outbox = outbox;
    this.#onPublish = onPublish;
  }

  /**
   * True if so many bytes wait for the bus that the client gets no further
   * credit.
   */
  get full(): boolean {
    return this.#pendingBytes > MAX_PENDING_BYTES;
  }

  /** Publishes and requests on `bus` from now on. */
  use(bus: ServedBus): void {
    this.#bus = bus;
  }

  /** Publishes the message of a frame of `bytes` bytes. */
  publish(items: readonly unknown[], bytes: number): void {
    const number = this.#newNumber(items[1] as number);
    const topic = items[2] as string;
    this.#onPublish?.();
    if (!isSafe(topic)) return this.#refuseTopic(number, topic);
    if (this.#publishes >= BUDGETS.publishes) {
      throw overBudget(`${BUDGETS.publishes} publishes`);
    }
    this.#publishes++;
    this.#pendingBytes += bytes;
    const options = this.#busOptions(number, items[3] as SentOptions | null);
    this.#bus.publish(topic, items[4], options)
      .then(
        () => this.#accept(number, bytes),
        (error) => {
          this.#publishes--;
          this.#refuse(number, error, bytes);
        },
      );
  }

  /** Makes the request of a frame of `bytes` bytes. */
  request(items: readonly unknown[], bytes: number): void {
    const number = this.#newNumber(items[1] as number);
    const topic = items[2] as string;
    if (!isSafe(topic)) return this.#refuseTopic(number, topic);
    if (this.#requests >= BUDGETS.requests) {
      throw overBudget(`${BUDGETS.requests} requests`);
    }
    this.#requests++;
    this.#pendingBytes += bytes;
    const options = this.#busOptions(number, items[3] as SentOptions | null);
    this.#bus.request(topic, items[4], options)
      .then((answer) => {
        // A client that does not read must not take memory for its answers.
        const room = this.#outbox.room();
        if (room) return room.then(() => this.#answer(number, answer, bytes));
        this.#answer(number, answer, bytes);
      })
      .catch((error) => {
        this.#requests--;
        this.#refuse(number, error, bytes);
      });
  }

  /** Aborts a publish or request whose signal has fired at the client. */
  cancel(number: number): void {
    if (number > this.#lastNumber) throw violation("a cancel of nothing");
    this.#cancels.get(number)?.abort();
  }

  /** Aborts all pending calls of a client that has ended. */
  abandon(error: unknown): void {
    this.#gone = true;
    for (const cancel of this.#cancels.values()) cancel.abort(error);
    this.#cancels.clear();
  }

  /** Reports the publishes that were accepted since the last report. */
  report(): void {
    if (this.#accepted === 0) return;
    this.#outbox.add([
      FROM_HOST.accepted,
      this.#firstAccepted,
      this.#accepted,
    ]);
    this.#accepted = 0;
  }

  #newNumber(number: number): number {
    if (number > this.#lastNumber) return this.#lastNumber = number;
    throw violation(`the number ${number} again`);
  }

  #busOptions(number: number, sent: SentOptions | null) {
    if (sent === null) return undefined;
    const { cancel, ...options } = sent;
    if (!cancel) return options;
    const controller = new AbortController();
    this.#cancels.set(number, controller);
    return { ...options, signal: controller.signal };
  }

  #answer(number: number, answer: unknown, bytes: number): void {
    this.#outbox.add([FROM_HOST.answered, number, answer]);
    this.#requests--;
    this.#settle(number, bytes);
  }

  #accept(number: number, bytes: number): void {
    this.#publishes--;
    this.#settle(number, bytes);
    if (number !== this.#firstAccepted + this.#accepted) {
      this.report();
      this.#firstAccepted = number;
    }
    this.#accepted++;
    this.#outbox.touch();
  }

  #refuse(number: number, error: unknown, bytes: number): void {
    if (this.#gone) return; // describing thousands of errors takes time
    this.#settle(number, bytes);
    this.#outbox.add([FROM_HOST.refused, number, toWireError(error)]);
  }

  #refuseTopic(number: number, topic: string): void {
    this.#outbox.add([FROM_HOST.refused, number, unsafeTopicError(topic)]);
  }

  #settle(number: number, bytes: number): void {
    this.#pendingBytes -= bytes;
    if (this.#cancels.size > 0) this.#cancels.delete(number);
  }
}

/**
 * A topic ends in logs and reports, so it must not forge a line there. The
 * error of the host would only be described: without it a refusal takes half
 * the time, most of which went into its stack.
 */
function unsafeTopicError(topic: string): WireError {
  return [
    "INVALID_TOPIC",
    `Cannot use the topic ${
      safeText(JSON.stringify(topic))
    } in an isolated module: found a control or format character`,
    null,
    null,
  ];
}
