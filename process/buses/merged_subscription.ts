import type { Delivery, Subscription } from "@caryatid/sdk";

type Step = IteratorResult<Delivery, undefined>;

/**
 * A loop over one source. Calling `next` ends the step with its last delivery.
 */
type SourceLoop = AsyncIterator<Delivery>;

/** A delivery and the loop that it came from, or the error of a loop. */
type Arrival = { readonly step: Step; readonly loop: SourceLoop } | {
  readonly error: unknown;
};

/** Resolves the wait of a merged loop. */
type Waiter = (arrival: Arrival | undefined) => void;

/**
 * One subscription over several buses. Its loops receive deliveries in the
 * order of their arrival.
 */
export class MergedSubscription implements Subscription {
  readonly pattern: string;
  readonly ready: Promise<void>;
  readonly #sources: readonly Source[];
  readonly #arrived: Arrival[] = [];
  readonly #waiters: Waiter[] = [];
  #inFlight = 0;
  #closing: Promise<void> | undefined;

  /** Merges subscriptions of which no two receive the same message. */
  constructor(
    pattern: string,
    subscriptions: readonly Subscription[],
  ) {
    this.pattern = pattern;
    this.#sources = subscriptions.map((subscription) =>
      new Source(subscription)
    );
    this.ready = Promise.all(subscriptions.map(({ ready }) => ready))
      .then(() => {});
    this.ready.catch(() => {}); // an unawaited rejection would end the program
  }

  get queued(): number {
    return this.#sources.reduce(
      (total, { subscription }) => total + subscription.queued,
      this.#arrived.length,
    );
  }

  get inFlight(): number {
    return this.#inFlight;
  }

  get readers(): number {
    return this.#waiters.length;
  }

  get waitingPublishers(): number {
    return this.#sources.reduce(
      (total, { subscription }) => total + subscription.waitingPublishers,
      0,
    );
  }

  get taken(): number {
    return this.#sources.reduce(
      (total, { subscription }) => total + (subscription.taken ?? 0),
      0,
    );
  }

  get dropped(): number {
    return this.#sources.reduce(
      (total, { subscription }) => total + subscription.dropped,
      0,
    );
  }

  get closed(): boolean {
    return this.#closing !== undefined ||
      this.#sources.every(({ subscription }) => subscription.closed);
  }

  [Symbol.asyncIterator](): AsyncIterator<Delivery, undefined> {
    let inFlight: SourceLoop | undefined;
    return {
      next: async () => {
        const finished = inFlight;
        inFlight = undefined;
        if (finished) this.#done(finished);
        const arrival = await this.#take();
        if (arrival === undefined) return { done: true, value: undefined };
        if ("error" in arrival) throw arrival.error;
        inFlight = arrival.loop;
        this.#inFlight++;
        return arrival.step;
      },
      return: async () => {
        // its source learns that the loop was left; the others are closed
        await inFlight?.return?.();
        return await this.#left();
      },
      throw: async (error) => {
        await (inFlight?.throw ?? inFlight?.return)?.call(inFlight, error);
        return await this.#left();
      },
    };
  }

  reject(delivery: Delivery, error: unknown, attempts?: number): boolean {
    return this.#sources.some(({ subscription }) =>
      subscription.reject(delivery, error, attempts)
    );
  }

  dropWhenFull(on: boolean): void {
    for (const { subscription } of this.#sources) {
      subscription.dropWhenFull(on);
    }
  }

  close(): Promise<void> {
    return this.#closing ??= this.#close();
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.close();
  }

  async #left(): Promise<IteratorResult<Delivery, undefined>> {
    await this.close();
    return { done: true, value: undefined };
  }

  async #close(): Promise<void> {
    this.#arrived.length = 0;
    this.#inFlight = 0;
    for (const waiter of this.#waiters.splice(0)) waiter(undefined);
    await Promise.all(
      this.#sources.map(({ subscription }) => subscription.close()),
    );
  }

  /**
   * Ends the step of a loop by asking it for its next delivery, whether or not
   * a merged loop waits.
   */
  #done(loop: SourceLoop): void {
    if (this.#inFlight > 0) this.#inFlight--;
    const source = this.#sources.find((source) => source.owns(loop));
    if (source && !this.#closing) this.#askOne(source, loop);
  }

  #take(): Promise<Arrival | undefined> {
    if (this.#closing) return Promise.resolve(undefined);
    const arrival = this.#arrived.shift();
    if (arrival) return Promise.resolve(arrival);
    return new Promise((resolve) => {
      this.#waiters.push(resolve);
      this.#ask();
    });
  }

  /**
   * Requests a delivery from every source without a pending one, for any number
   * of waiting merged loops: a busy loop then keeps no delivery from a waiting
   * one.
   */
  #ask(): void {
    for (const source of this.#sources) {
      if (this.#waiters.length > 0 && source.asked === 0 && !source.ended) {
        this.#askOne(source, source.idleLoop());
      }
    }
    if (this.#sources.every(({ ended }) => ended)) {
      for (const waiter of this.#waiters.splice(0)) waiter(undefined);
    }
  }

  #askOne(source: Source, loop: SourceLoop): void {
    source.asked++;
    loop.next().then((step) => {
      source.asked--;
      if (step.done) source.ended = true;
      else this.#arrive({ step, loop });
      this.#ask();
    }, (error) => {
      source.asked--;
      source.idle.push(loop);
      this.#arrive({ error });
      this.#ask();
    });
  }

  #arrive(arrival: Arrival): void {
    if (this.#closing) return;
    const waiter = this.#waiters.shift();
    if (waiter) waiter(arrival);
    else this.#arrived.push(arrival);
  }
}

/**
 * The subscription on one bus, and one loop over it for each of its deliveries
 * in flight.
 */
class Source {
  readonly subscription: Subscription;
  /** Loops that failed, and have no delivery in flight. */
  readonly idle: SourceLoop[] = [];
  /** Number of its loops that are asked for their next delivery. */
  asked = 0;
  ended = false;
  readonly #loops = new Set<SourceLoop>();

  constructor(subscription: Subscription) {
    this.subscription = subscription;
  }

  owns(loop: SourceLoop): boolean {
    return this.#loops.has(loop);
  }

  /** Returns a loop that has no delivery in flight and is not asked. */
  idleLoop(): SourceLoop {
    const idle = this.idle.pop();
    if (idle) return idle;
    const loop = this.subscription[Symbol.asyncIterator]();
    this.#loops.add(loop);
    return loop;
  }
}
