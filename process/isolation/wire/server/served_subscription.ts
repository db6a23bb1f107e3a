import type { Delivery, Subscription } from "@caryatid/sdk";
import { BudgetedRing } from "@caryatid/sdk/internal/bus";
import { MAX_DEMAND } from "../budgets.ts";
import { FROM_HOST } from "../frames.ts";
import { violation } from "../protocol_errors.ts";
import { fromWireError, toWireError, type WireError } from "../wire_error.ts";
import { DeliveriesAhead } from "./deliveries_ahead.ts";
import {
  DeliverySender,
  type DeliverySenderOptions,
} from "./delivery_sender.ts";
import { SlotLoops } from "./slot_loops.ts";
import type { UnreadBudget } from "./unread_budget.ts";

/** Options of {@linkcode ServedSubscription}. */
export interface ServedSubscriptionOptions extends DeliverySenderOptions {
  readonly subscription: Subscription;
  /** Budget of the deliveries that the client has not begun or acknowledged. */
  readonly unread: UnreadBudget;
  /** Deliveries that the client receives before all others. */
  readonly first: readonly Delivery[];
  /** Called when the client uses one more loop. Throws if it may not. */
  readonly onLoop: () => void;
  /**
   * Called when the client demands more deliveries, or has begun some. Throws
   * if it demands too many.
   */
  readonly onDemand: (change: number) => void;
  /** Called once, when the subscription is closed. */
  readonly onClosed: () => void;
}

/**
 * Subscription of a client. It reads deliveries from the real subscription as
 * the client demands them.
 */
export class ServedSubscription {
  readonly subscription: Subscription;
  readonly #options: ServedSubscriptionOptions;
  readonly #sender: DeliverySender;
  readonly #first: BudgetedRing;
  readonly #ahead: DeliveriesAhead;
  readonly #slots: SlotLoops;
  #loop: AsyncIterator<Delivery> | undefined;
  #credit = 0;
  /** Number of the client's loops that wait and were sent nothing. */
  #waits = 0;
  #pumping = false;
  /** True once any loop has waited: members of a group report no waits. */
  #reportsWaits = false;
  #settling = false;
  #left: BudgetedRing | undefined;
  readonly #over = Promise.withResolvers<void>();
  #closing: Promise<void> | undefined;
  #closed = false;
  #state = "";

  /** Reports to the client when the subscription is ready. */
  constructor(options: ServedSubscriptionOptions) {
    this.#options = options;
    this.subscription = options.subscription;
    const { id, outbox, unread } = options;
    this.#sender = new DeliverySender(options);
    this.#first = new BudgetedRing(unread);
    this.#ahead = new DeliveriesAhead(unread);
    this.#slots = new SlotLoops(options);
    for (const delivery of options.first) this.#first.push(delivery);
    this.subscription.ready.then(
      () => outbox.add([FROM_HOST.ready, id]),
      (error) => this.#end(error),
    );
  }

  /** Number of the client's loops that wait for a delivery. */
  get readers(): number {
    return Math.max(0, this.#waits - this.#ahead.length) +
      this.#slots.waiting;
  }

  /** True once the client has closed or left the subscription. */
  get closing(): boolean {
    return this.#closing !== undefined;
  }

  /** Number of loops of the client that acknowledge deliveries. */
  get loops(): number {
    return this.#slots.length;
  }

  /**
   * Resolves when the client has begun everything that was sent ahead, if other
   * code takes the subscription over. Undefined if there is nothing to wait
   * for.
   */
  get settled(): Promise<void> | undefined {
    return this.#settling ? this.#over.promise : undefined;
  }

  /**
   * Handles a demand: `more` deliveries are wanted, `waits` more (or fewer)
   * loops wait, and `begun` of the deliveries sent ahead have begun.
   */
  demand(more: number, waits: number, begun: number): void {
    this.#options.onDemand(more);
    this.#credit += more;
    this.#waits += waits;
    if (this.#waits < 0 || this.#waits > MAX_DEMAND) {
      throw violation(`${this.#waits} loops that wait`);
    }
    this.#reportsWaits ||= waits > 0;
    this.#options.onDemand(-this.#ahead.begin(begun));
    if (!this.#pumping) this.#pump();
  }

  /**
   * Sends the loop of `slot` its next delivery, because the step with the
   * previous one is done.
   */
  next(slot: number): void {
    const loop = this.#slots.wait(slot);
    this.#sendNext(loop, slot);
  }

  /**
   * Leaves the loop of `slot` with its delivery, because of `error` if that is
   * known.
   */
  leave(slot: number, error: WireError | null): void {
    this.#closing ??= this.#endAfter(this.#leave(slot, error));
  }

  /** Finishes the delivery of `slot` as failed for good. */
  reject(slot: number, error: WireError, attempts: number | null): void {
    this.#slots.reject(slot, error, attempts);
  }

  /** Closes the subscription. */
  close(): Promise<void> {
    return this.#closing ??= this.#endAfter(this.subscription.close());
  }

  /**
   * Removes and returns the deliveries that were sent ahead, or are still to
   * be, and are not begun.
   */
  takeUnbegun(): BudgetedRing {
    const unbegun = new BudgetedRing(this.#options.unread);
    this.#options.onDemand(-this.#ahead.length);
    this.#ahead.moveTo(unbegun);
    for (let one; (one = this.#first.shift());) unbegun.push(one);
    return unbegun;
  }

  /**
   * Ends with its client. Returns the deliveries that the client had not begun;
   * later ones are added to that list.
   */
  abandon(error: unknown): BudgetedRing {
    if (this.#left) return this.#left;
    const left = this.#left = this.takeUnbegun();
    this.#slots.abandon(error);
    this.#closed = true;
    this.#over.resolve();
    return left;
  }

  /** Reports the state of the queue to the client, if it has changed. */
  reportState(): void {
    const { queued, waitingPublishers } = this.subscription;
    const dropped = this.subscription.dropped + this.#sender.dropped;
    const state = `${queued} ${dropped} ${waitingPublishers}`;
    if (state === this.#state || this.#closed) return;
    this.#state = state;
    const { id, outbox } = this.#options;
    outbox.add([
      FROM_HOST.state,
      id,
      queued + this.#first.length,
      dropped,
      waitingPublishers,
    ]);
  }

  async #sendNext(loop: AsyncIterator<Delivery>, slot: number): Promise<void> {
    try {
      for (let sent = false; !sent;) {
        for (let room; (room = this.#room());) await room;
        const step = await loop.next();
        if (this.#left) return;
        if (step.done) return this.#settle();
        this.#slots.hold(slot, step.value);
        sent = this.#sender.send(step.value, slot);
      }
    } catch (error) {
      this.#end(error);
    } finally {
      this.#slots.endWait(slot);
    }
  }

  async #pump(): Promise<void> {
    this.#pumping = true;
    try {
      while (this.#credit > 0) {
        for (let room; (room = this.#room());) await room;
        if (this.#closed) return;
        const delivery = this.#first.shift() ?? await this.#take();
        if (delivery === undefined) return;
        if (this.#left) return void this.#left.push(delivery);
        // Earlier deliveries are on their way to a loop that waits. Only
        // without them this delivery begins as it arrives.
        const isNext = this.#waits > 0 && this.#ahead.length === 0;
        if (!this.#sender.send(delivery, isNext ? 0 : 1)) continue;
        this.#credit--;
        if (isNext) {
          this.#waits--;
          this.#options.onDemand(-1);
        } else this.#ahead.push(delivery);
      }
    } catch (error) {
      this.#end(error);
    } finally {
      this.#pumping = false;
    }
  }

  /**
   * Returns a promise to wait for if the client has too much unread, or has not
   * begun or acknowledged too much.
   */
  #room(): Promise<void> | undefined {
    const { outbox, unread } = this.#options;
    return outbox.room() ?? (this.#closed ? undefined : unread.sent.room());
  }

  async #take(): Promise<Delivery | undefined> {
    const step = await this.#plainLoop().next();
    if (!step.done) return step.value;
    if (!this.#left) this.#settle();
    return undefined;
  }

  /**
   * The real subscription has ended: the client is notified when it has
   * finished its deliveries.
   */
  #settle(): void {
    const isBack = this.#waits > 0 || !this.#reportsWaits;
    const isThrough = this.#ahead.length === 0 && isBack;
    this.#settling = !isThrough || this.#slots.inFlight > 0;
    if (!this.#settling) this.#end(undefined);
  }

  #plainLoop(): AsyncIterator<Delivery> {
    return this.#loop ??= this.subscription[Symbol.asyncIterator]();
  }

  async #leave(slot: number, error: WireError | null): Promise<void> {
    const loop = this.#slots.get(slot) ?? this.#plainLoop();
    await (error ? loop.throw?.(fromWireError(error)) : loop.return?.());
  }

  /**
   * Reports an error of the bus to the client, since nothing else waits for it.
   */
  async #endAfter(last: Promise<unknown>): Promise<void> {
    try {
      await last;
      this.#end(undefined);
    } catch (error) {
      this.#end(error);
    }
  }

  #end(error: unknown): void {
    if (this.#closed) return;
    this.#closed = true;
    this.#settling = false;
    this.#over.resolve();
    const { id, outbox, onClosed, onDemand } = this.#options;
    onDemand(-this.#credit - this.#ahead.length);
    this.#slots.release();
    this.#ahead.clear();
    this.#first.clear();
    const reason = error === undefined ? null : toWireError(error);
    outbox.add([FROM_HOST.closed, id, reason]);
    onClosed();
  }
}
