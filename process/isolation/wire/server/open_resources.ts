import { QUEUE_SIZE } from "@caryatid/sdk/bus";
import type { BudgetedRing } from "@caryatid/sdk/internal/bus";
import { BUDGETS } from "../budgets.ts";
import type {
  CrossingHandleOptions,
  CrossingSubscribeOptions,
} from "../frame_schema.ts";
import { FROM_GUEST, FROM_HOST } from "../frames.ts";
import type { Outbox } from "../outbox.ts";
import { overBudget, violation } from "../protocol_errors.ts";
import { toWireError, type WireError } from "../wire_error.ts";
import { Leftovers } from "./leftovers.ts";
import {
  type BusServerOptions,
  type ServedBus,
  SUSPENDED_BUS,
} from "./served_bus.ts";
import { type GuestRequests, ServedHandling } from "./served_handling.ts";
import { ServedSubscription } from "./served_subscription.ts";

/**
 * Subscriptions whose state is reported with each batch: thousands would take
 * longer than the batch.
 */
const REPORTED = 64;

/**
 * Subscriptions and handlings of a client, by the ids that the client gave
 * them.
 */
export class OpenResources {
  #bus: ServedBus;
  readonly #options: BusServerOptions;
  readonly #outbox: Outbox;
  readonly #requests: GuestRequests;
  readonly #leftovers: Leftovers;
  readonly #subscriptions = new Map<number, ServedSubscription>();
  readonly #opened = new WeakMap<
    ServedSubscription,
    CrossingSubscribeOptions
  >();
  readonly #handlings = new Map<number, ServedHandling>();
  #lastId = -1;
  /** Number of resources opened since `#secondStart`. */
  #opens = 0;
  #secondStart = -Infinity;
  /** Room in the queues of all subscriptions, in messages. */
  #queued = 0;
  #loops = 0;
  /** Deliveries that were demanded and have not begun, of all subscriptions. */
  #demanded = 0;
  #states: Iterator<ServedSubscription> | undefined;
  #finishing = false;

  /** Nothing is open yet. */
  constructor(options: BusServerOptions, requests: GuestRequests) {
    this.#options = options;
    this.#bus = options.bus;
    this.#outbox = options.outbox;
    this.#requests = requests;
    this.#leftovers = options.leftovers ?? new Leftovers();
  }

  /** Number of the client's loops that wait for a delivery. */
  get readers(): number {
    let readers = 0;
    for (const { readers: some } of this.#subscriptions.values()) {
      readers += some;
    }
    return readers;
  }

  /**
   * Resolves when the client has finished the deliveries of subscriptions that
   * end now.
   */
  async settled(): Promise<void> {
    const subscriptions = [...this.#subscriptions.values()];
    await Promise.all(subscriptions.map(({ settled }) => settled));
  }

  /**
   * Handles a frame. Returns false if it is not about a subscription or
   * handling.
   */
  receive(items: readonly unknown[]): boolean {
    switch (items[0]) {
      case FROM_GUEST.demand:
        this.#subscription(items)?.demand(
          items[2] as number,
          items[3] as number,
          items[4] as number,
        );
        return true;
      case FROM_GUEST.next:
        this.#next(items);
        return true;
      case FROM_GUEST.subscribe:
        this.#subscribe(items);
        return true;
      case FROM_GUEST.unsubscribe:
        this.#unsubscribe(this.#subscription(items));
        return true;
      case FROM_GUEST.reject:
        this.#subscription(items)?.reject(
          items[2] as number,
          items[3] as WireError,
          items[4] as number | null,
        );
        return true;
      case FROM_GUEST.leave:
        this.#subscription(items)?.leave(
          items[2] as number,
          items[3] as WireError | null,
        );
        return true;
      case FROM_GUEST.handle:
        this.#handle(items);
        return true;
      case FROM_GUEST.unhandle:
        this.#handlings.get(this.#knownId(items[1] as number))?.close();
        return true;
      default:
        return false;
    }
  }

  /**
   * Keeps the deliveries that an ended client had not begun, for a successor.
   */
  abandon(error: unknown): void {
    for (const served of this.#subscriptions.values()) {
      this.#keep(served, served.abandon(error));
    }
  }

  /**
   * Keeps the unread deliveries of subscriptions that the client closes from
   * now on.
   */
  finish(): void {
    this.#finishing = true;
  }

  /** Refuses all calls of the client until `resume`. */
  suspend(): void {
    this.#bus = SUSPENDED_BUS;
  }

  /** Executes calls on `bus` from now on. */
  resume(bus: ServedBus): void {
    this.#finishing = false;
    this.#bus = bus;
  }

  /** Closes all subscriptions and handlings. */
  async close(): Promise<void> {
    await Promise.all([
      ...[...this.#subscriptions.values()].map((one) => one.close()),
      ...[...this.#handlings.values()].map((one) => one.close()),
    ]);
  }

  /** Reports the states of some subscriptions to the client, in turn. */
  reportStates(): void {
    const { size } = this.#subscriptions;
    for (let left = Math.min(size, REPORTED); left > 0; left--) {
      let step = this.#states?.next();
      if (step === undefined || step.done) {
        this.#states = this.#subscriptions.values();
        step = this.#states.next();
      }
      step.value?.reportState();
    }
  }

  /** Opening and closing costs the host more than the guest. */
  #countOpened(): void {
    const now = performance.now();
    if (now - this.#secondStart >= 1000) {
      this.#secondStart = now;
      this.#opens = 0;
    }
    if (++this.#opens <= BUDGETS.opened) return;
    throw overBudget(
      `${BUDGETS.opened} subscriptions and handlings opened in one second`,
    );
  }

  #subscribe(items: readonly unknown[]): void {
    const id = this.#newId(items[1] as number);
    this.#countOpened();
    const pattern = items[2] as string;
    const options = items[3] as CrossingSubscribeOptions;
    const { queueSize = QUEUE_SIZE } = options;
    if (this.#subscriptions.size >= BUDGETS.subscriptions) {
      throw overBudget(`${BUDGETS.subscriptions} subscriptions`);
    }
    if (this.#queued + queueSize > BUDGETS.queued) {
      throw overBudget(`${BUDGETS.queued} messages in queues`);
    }
    try {
      const served = new ServedSubscription({
        id,
        subscription: this.#bus.subscribe(pattern, {
          ...options,
          mayBlock: this.#options.mayBlock ?? true,
          budget: this.#leftovers.unread,
        }),
        unread: this.#leftovers.unread,
        outbox: this.#outbox,
        first: this.#leftovers.take(pattern, options),
        onUnsendable: (topic, error) =>
          this.#options.onUnsendable?.(topic, error),
        onLoop: () => this.#addLoop(),
        onDemand: (change) => this.#demand(change),
        onClosed: () => {
          this.#subscriptions.delete(id);
          this.#queued -= queueSize;
          this.#loops -= served.loops;
        },
      });
      this.#queued += queueSize;
      this.#opened.set(served, options);
      this.#subscriptions.set(id, served);
    } catch (error) {
      this.#outbox.add([FROM_HOST.closed, id, toWireError(error)]);
    }
  }

  #addLoop(): void {
    if (++this.#loops <= BUDGETS.loops) return;
    throw overBudget(`${BUDGETS.loops} loops`);
  }

  #demand(change: number): void {
    this.#demanded += change;
    if (change <= 0 || this.#demanded <= BUDGETS.deliveries) return;
    throw overBudget(`${BUDGETS.deliveries} deliveries in advance`);
  }

  #next(items: readonly unknown[]): void {
    this.#subscription(items)?.next(items[2] as number);
  }

  #unsubscribe(served: ServedSubscription | undefined): void {
    if (served === undefined || served.closing) return;
    if (this.#finishing) this.#keep(served, served.takeUnbegun());
    served.close();
  }

  #keep(served: ServedSubscription, left: BudgetedRing): void {
    const options = this.#opened.get(served) ?? {};
    this.#leftovers.keep(served.subscription.pattern, options, left);
  }

  #handle(items: readonly unknown[]): void {
    const id = this.#newId(items[1] as number);
    this.#countOpened();
    const pattern = items[2] as string;
    if (this.#handlings.size >= BUDGETS.handlers) {
      throw overBudget(`${BUDGETS.handlers} handlers`);
    }
    try {
      const handling = new ServedHandling(this.#bus, {
        id,
        pattern,
        options: items[3] as CrossingHandleOptions,
        requests: this.#requests,
        outbox: this.#outbox,
        onClosed: () => this.#handlings.delete(id),
      });
      this.#handlings.set(id, handling);
    } catch (error) {
      this.#outbox.add([FROM_HOST.closed, id, toWireError(error)]);
    }
  }

  #subscription(items: readonly unknown[]): ServedSubscription | undefined {
    return this.#subscriptions.get(this.#knownId(items[1] as number));
  }

  /** Ids ascend, so an id that was never given is known. */
  #knownId(id: number): number {
    if (id > this.#lastId) throw violation(`the unknown id ${id}`);
    return id;
  }

  #newId(id: number): number {
    if (id <= this.#lastId) throw violation(`the id ${id} again`);
    return this.#lastId = id;
  }
}
