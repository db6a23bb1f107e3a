import type { Delivery, Subscription } from "@caryatid/sdk";
import { DerivedDelivery, Ring } from "@caryatid/sdk/bus";
import { arrived, crossing, type CrossingError } from "../crossing_error.ts";
import { FROM_HOST } from "../frames.ts";
import type { Outbox } from "../outbox.ts";
import { violation } from "../read_frames.ts";

/** What a {@linkcode RelayedSubscription} is made of. */
export interface RelayedSubscriptionOptions {
  readonly id: number;
  readonly subscription: Subscription;
  readonly outbox: Outbox;
  /** Given to the guest before anything else. */
  readonly first: readonly Delivery[];
  /** Hears of a delivery that has no form on the bridge. */
  readonly onUnsendable: (topic: string, error: unknown) => void;
  /** Called once, when it hears nothing any more. */
  readonly onClosed: () => void;
}

/** A subscription of a guest, at the host: it takes from the real one what the guest demands. */
export class RelayedSubscription {
  readonly subscription: Subscription;
  /** Deliveries that couldn't be sent. */
  dropped = 0;
  readonly #options: RelayedSubscriptionOptions;
  readonly #first = new Ring<Delivery>();
  /** Sent ahead, and not begun as far as is known. */
  readonly #ahead = new Ring<Delivery>();
  readonly #slots: AsyncIterator<Delivery>[] = [];
  /** Slots whose delivery the guest has in hand. */
  readonly #inHand = new Set<number>();
  #loop: AsyncIterator<Delivery> | undefined;
  #credit = 0;
  /** Loops of the guest that wait and were sent nothing. */
  #waits = 0;
  #asked = 0;
  #pumping = false;
  /** Whether any loop ever waited: of the steps of a group nothing is told. */
  #tellsWaits = false;
  #settling = false;
  #left: Delivery[] | undefined;
  readonly #over = Promise.withResolvers<void>();
  #closed = false;
  #state = "";

  /** Tells the guest when it hears. */
  constructor(options: RelayedSubscriptionOptions) {
    this.#options = options;
    this.subscription = options.subscription;
    for (const delivery of options.first) this.#first.push(delivery);
    const { id, outbox } = options;
    this.subscription.ready.then(
      () => outbox.add([FROM_HOST.ready, id]),
      (error) => this.#end(error),
    );
  }

  /** Loops of the guest that wait for a delivery, as far as is known. */
  get readers(): number {
    return Math.max(0, this.#waits - this.#ahead.length) + this.#asked;
  }

  /**
   * Resolves when the guest has begun all that was sent ahead, where that is still to come: its real subscription gives no more, as
   * other code is to take it over. Undefined where nothing is to be waited for.
   */
  get settled(): Promise<void> | undefined {
    return this.#settling ? this.#over.promise : undefined;
  }

  /** So many more are wanted; so many more loops wait, or fewer; so many that were sent ahead have begun. */
  demand(more: number, waits: number, begun: number): void {
    this.#credit += more;
    this.#waits += waits;
    if (this.#waits < 0) throw violation(`${this.#waits} loops that wait`);
    this.#tellsWaits ||= waits > 0;
    for (let i = 0; i < begun; i++) this.#ahead.shift();
    if (!this.#pumping) this.#pump();
  }

  /** The step with the delivery of `slot` is done, the next one is wanted. */
  async next(slot: number): Promise<void> {
    const loop = this.#slotLoop(slot);
    this.#inHand.delete(slot);
    this.#asked++;
    try {
      for (let sent = false; !sent;) {
        const step = await loop.next();
        if (this.#left) return;
        if (step.done) return this.#settle();
        this.#inHand.add(slot);
        sent = this.#send(step.value, slot);
      }
    } catch (error) {
      this.#end(error);
    } finally {
      this.#asked--;
    }
  }

  /** A loop was left with the delivery of that slot, because of `error` if that is known. */
  async leave(slot: number, error: CrossingError | null): Promise<void> {
    const loop = this.#slots[slot] ?? this.#plainLoop();
    const left = error ? loop.throw?.(arrived(error)) : loop.return?.();
    await this.#endAfter(left);
  }

  /** The guest closed it. */
  close(): Promise<void> {
    return this.#endAfter(this.subscription.close());
  }

  /** Takes what was sent ahead, or is still to be, and not begun: nobody counts on this guest for it any more. */
  takeUnbegun(): Delivery[] {
    const unbegun: Delivery[] = [];
    for (const ring of [this.#ahead, this.#first]) {
      for (let one = ring.shift(); one; one = ring.shift()) unbegun.push(one);
    }
    return unbegun;
  }

  /** The guest is gone, because of `error`. Gives what it has not begun; what is taken later is added to that. */
  abandon(error: unknown): Delivery[] {
    if (this.#left) return this.#left;
    const left = this.#left = this.takeUnbegun();
    for (const slot of this.#inHand) {
      this.#slots[slot]?.throw?.(error)?.catch(() => {}); // it is over anyway
    }
    this.#closed = true;
    this.#over.resolve();
    return left;
  }

  /** Tells the guest how the queue is, if that has changed. */
  tellState(): void {
    const { depth, heldUp } = this.subscription;
    const dropped = this.subscription.dropped + this.dropped;
    const state = `${depth} ${dropped} ${heldUp}`;
    if (state === this.#state || this.#closed) return;
    this.#state = state;
    const { id, outbox } = this.#options;
    outbox.add([
      FROM_HOST.state,
      id,
      depth + this.#first.length,
      dropped,
      heldUp,
    ]);
  }

  async #pump(): Promise<void> {
    this.#pumping = true;
    try {
      while (this.#credit > 0) {
        const delivery = this.#first.shift() ?? await this.#take();
        if (delivery === undefined) return;
        if (this.#left) return void this.#left.push(delivery);
        // What was sent ahead is on its way to a loop that waits: only where there is none this one is begun as it comes.
        const isNext = this.#waits > 0 && this.#ahead.length === 0;
        if (!this.#send(delivery, isNext ? 0 : 1)) continue;
        this.#credit--;
        if (isNext) this.#waits--;
        else this.#ahead.push(again(delivery));
      }
    } catch (error) {
      this.#end(error);
    } finally {
      this.#pumping = false;
    }
  }

  async #take(): Promise<Delivery | undefined> {
    const step = await this.#plainLoop().next();
    if (!step.done) return step.value;
    if (!this.#left) this.#settle();
    return undefined;
  }

  /** There are no more: the guest is told when it is through with what it has. */
  #settle(): void {
    const isBack = this.#waits > 0 || !this.#tellsWaits;
    const isThrough = this.#ahead.length === 0 && isBack;
    this.#settling = !isThrough || this.#inHand.size > 0;
    if (!this.#settling) this.#end(undefined);
  }

  #plainLoop(): AsyncIterator<Delivery> {
    return this.#loop ??= this.subscription[Symbol.asyncIterator]();
  }

  #slotLoop(slot: number): AsyncIterator<Delivery> {
    return this.#slots[slot] ??= this.subscription[Symbol.asyncIterator]();
  }

  #send(delivery: Delivery, slot: number): boolean {
    const { id, outbox, onUnsendable } = this.#options;
    const { topic, headers, time, redelivered, message } = delivery;
    try {
      outbox.add([
        FROM_HOST.deliver,
        id,
        slot,
        topic,
        delivery.id,
        hasKeys(headers) ? headers : null,
        time,
        redelivered,
        message,
      ]);
      return true;
    } catch (error) {
      this.dropped++;
      onUnsendable(topic, error);
      return false;
    }
  }

  /** What a bus has against it is told the guest: nobody else waits for it. */
  async #endAfter(last: Promise<unknown> | undefined): Promise<void> {
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
    const { id, outbox, onClosed } = this.#options;
    const reason = error === undefined ? null : crossing(error);
    outbox.add([FROM_HOST.closed, id, reason]);
    onClosed();
  }
}

/** As its successor is given it, should the guest end before it begins with it. */
function again(delivery: Delivery): Delivery {
  return new DerivedDelivery(delivery, delivery.message, true);
}

function hasKeys(object: object): boolean {
  for (const _ in object) return true;
  return false;
}
