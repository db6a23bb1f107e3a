import type { Delivery, Subscription } from "@caryatid/sdk";

type Step = IteratorResult<Delivery, undefined>;

/** A loop over one source. It is asked for its next delivery when the step with the last one is done. */
type SourceLoop = AsyncIterator<Delivery>;

/** A delivery, and the loop that has it in hand until it is asked again; or what asking it failed with. */
type Arrival = { readonly step: Step; readonly loop: SourceLoop } | {
  readonly error: unknown;
};

/** A merged loop that waits. */
type Waiter = (arrival: Arrival | undefined) => void;

/** One subscription over several buses: whatever comes first. */
export class MergedSubscription implements Subscription {
  readonly pattern: string;
  readonly ready: Promise<void>;
  readonly #sources: readonly Source[];
  readonly #arrived: Arrival[] = [];
  readonly #waiters: Waiter[] = [];
  #inHand = 0;
  #closing: Promise<void> | undefined;

  /** Each source brings what the others don't. */
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
    this.ready.catch(() => {}); // who doesn't wait for it isn't to be killed by it
  }

  get depth(): number {
    return this.#sources.reduce(
      (total, { subscription }) => total + subscription.depth,
      this.#arrived.length,
    );
  }

  get inHand(): number {
    return this.#inHand;
  }

  get readers(): number {
    return this.#waiters.length;
  }

  get heldUp(): number {
    return this.#sources.reduce(
      (total, { subscription }) => total + subscription.heldUp,
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
    let inHand: SourceLoop | undefined;
    return {
      next: async () => {
        const finished = inHand;
        inHand = undefined;
        if (finished) this.#done(finished);
        const arrival = await this.#take();
        if (arrival === undefined) return { done: true, value: undefined };
        if ("error" in arrival) throw arrival.error;
        inHand = arrival.loop;
        this.#inHand++;
        return arrival.step;
      },
      return: async () => {
        await inHand?.return?.(); // that source hears that it was left, the others are closed
        return await this.#left();
      },
      throw: async (error) => {
        await (inHand?.throw ?? inHand?.return)?.call(inHand, error);
        return await this.#left();
      },
    };
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
    this.#inHand = 0;
    for (const waiter of this.#waiters.splice(0)) waiter(undefined);
    await Promise.all(
      this.#sources.map(({ subscription }) => subscription.close()),
    );
  }

  /** A source learns that a step is done by being asked again, whoever else waits. */
  #done(loop: SourceLoop): void {
    if (this.#inHand > 0) this.#inHand--;
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

  /** Asks every source, but for those that are asked already, however many loops wait: a busy loop then holds back nothing from a waiting one. */
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

/** One of the buses: a subscription, and as many loops over it as merged loops have its deliveries in hand. */
class Source {
  readonly subscription: Subscription;
  /** Loops that failed, and have nothing in hand. */
  readonly idle: SourceLoop[] = [];
  /** How many of its loops are asked for their next delivery. */
  asked = 0;
  ended = false;
  readonly #loops = new Set<SourceLoop>();

  constructor(subscription: Subscription) {
    this.subscription = subscription;
  }

  owns(loop: SourceLoop): boolean {
    return this.#loops.has(loop);
  }

  /** A loop that has nothing in hand and isn't asked. */
  idleLoop(): SourceLoop {
    const idle = this.idle.pop();
    if (idle) return idle;
    const loop = this.subscription[Symbol.asyncIterator]();
    this.#loops.add(loop);
    return loop;
  }
}
