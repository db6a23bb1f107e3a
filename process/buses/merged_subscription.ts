import type { Delivery, Subscription } from "@caryatid/sdk";

type Step = IteratorResult<Delivery, undefined>;

/** One subscription over several buses: whatever comes first. */
export class MergedSubscription implements Subscription {
  readonly pattern: string;
  readonly ready: Promise<void>;
  readonly #sources: readonly Subscription[];
  readonly #skip: (delivery: Delivery) => boolean;
  readonly #loops = new Set<MergedLoop>();
  #closing: Promise<void> | undefined;

  /** Deliveries that `skip` holds for are left out: copies of what another source brings. */
  constructor(
    pattern: string,
    sources: readonly Subscription[],
    skip: (delivery: Delivery) => boolean,
  ) {
    this.pattern = pattern;
    this.#sources = sources;
    this.#skip = skip;
    this.ready = Promise.all(sources.map(({ ready }) => ready)).then(() => {});
    this.ready.catch(() => {}); // who doesn't wait for it isn't to be killed by it
  }

  get depth(): number {
    return sum(this.#sources, ({ depth }) => depth);
  }

  get inHand(): number {
    return sum(this.#sources, ({ inHand }) => inHand);
  }

  get readers(): number {
    let count = 0;
    for (const loop of this.#loops) count += loop.waiting;
    return count;
  }

  get dropped(): number {
    return sum(this.#sources, ({ dropped }) => dropped);
  }

  /** Whether its owner closed it: nothing more is to be heard. */
  get left(): boolean {
    return this.#closing !== undefined;
  }

  get closed(): boolean {
    return this.#closing !== undefined ||
      this.#sources.every(({ closed }) => closed);
  }

  [Symbol.asyncIterator](): AsyncIterator<Delivery, undefined> {
    const loop = new MergedLoop(this, this.#sources, this.#skip);
    this.#loops.add(loop);
    return loop;
  }

  close(): Promise<void> {
    return this.#closing ??= Promise.all(
      this.#sources.map((source) => source.close()),
    ).then(() => {});
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.close();
  }
}

/** Asks every source once and gives out what comes, in the order it comes. */
class MergedLoop implements AsyncIterator<Delivery, undefined> {
  readonly #subscription: MergedSubscription;
  readonly #skip: (delivery: Delivery) => boolean;
  readonly #idle: AsyncIterator<Delivery>[];
  readonly #arrived: { step: Step; loop: AsyncIterator<Delivery> }[] = [];
  #open: number;
  #inHand: AsyncIterator<Delivery> | undefined;
  #error: { readonly cause: unknown } | undefined;
  #wake: (() => void) | undefined;
  #latest: Promise<unknown> = Promise.resolve();
  waiting = 0;

  constructor(
    subscription: MergedSubscription,
    sources: readonly Subscription[],
    skip: (delivery: Delivery) => boolean,
  ) {
    this.#subscription = subscription;
    this.#skip = skip;
    this.#idle = sources.map((source) => source[Symbol.asyncIterator]());
    this.#open = this.#idle.length;
  }

  next(): Promise<Step> {
    const step = this.#latest.then(this.#step, this.#step);
    this.#latest = step;
    return step;
  }

  async return(): Promise<Step> {
    await this.#subscription.close();
    return { done: true, value: undefined };
  }

  #step = async (): Promise<Step> => {
    // The step of the loop that brought the last delivery is done only now.
    if (this.#inHand) this.#idle.push(this.#inHand);
    this.#inHand = undefined;
    for (;;) {
      if (this.#subscription.left) return { done: true, value: undefined };
      for (let loop = this.#idle.pop(); loop; loop = this.#idle.pop()) {
        this.#ask(loop);
      }
      const arrived = this.#arrived.shift();
      if (arrived) {
        this.#inHand = arrived.loop;
        return arrived.step;
      }
      if (this.#error) throw this.#error.cause;
      if (this.#open === 0) return { done: true, value: undefined };
      this.waiting++;
      await new Promise<void>((resolve) => this.#wake = resolve);
      this.waiting--;
    }
  };

  #ask(loop: AsyncIterator<Delivery>): void {
    loop.next().then(
      (step) => {
        if (step.done) this.#open--;
        else if (this.#skip(step.value)) this.#idle.push(loop);
        else this.#arrived.push({ step, loop });
        this.#wake?.();
      },
      (cause) => {
        this.#error = { cause };
        this.#wake?.();
      },
    );
  }
}

function sum(
  sources: readonly Subscription[],
  count: (source: Subscription) => number,
): number {
  return sources.reduce((total, source) => total + count(source), 0);
}
