import { describeFailure } from "../bus/remote_failure.ts";
import { turnOver } from "../bus/turn.ts";
import type { Log } from "../log.ts";
import type {
  Accept,
  Delivery,
  MessageBus,
  SubscribeOptions,
  Subscription,
} from "../message_bus.ts";
import { KeptRetries } from "./kept_retries.ts";
import { type Failure, LeftLoops } from "./left_loops.ts";
import { opensTheSame } from "./opens_the_same.ts";
import { END, SharedLoop } from "./shared_loop.ts";

/** How a {@linkcode KeptSubscription} is kept. */
export interface KeepOptions {
  /** Whether it outlives a failure of its module; else it only tells the bus what that was (true). */
  readonly keep?: boolean;
  /** Where it is told what is given up, and what fails when nobody waits for it (nowhere). */
  readonly log?: Log;
}

const SILENT: Log = { debug() {}, info() {}, warn() {}, error() {} };

/**
 * A subscription that outlives a module which fails, so that its restarted self goes on with the next message; or code of a module
 * that is swapped.
 *
 * An iterator can't tell `break` from an error, so leaving the loop closes it only when the module hasn't failed two turns
 * later. All its loops read through one, which is handed on; in a group each has its own, whose delivery in hand comes again. With
 * `retry` it comes again without a group, too.
 */
export class KeptSubscription implements Subscription {
  readonly pattern: string;
  readonly ready: Promise<void>;
  readonly #bus: MessageBus;
  readonly #options: SubscribeOptions;
  readonly #keep: boolean;
  readonly #log: Log;
  readonly #retries: KeptRetries | undefined;
  /** That of the module as it lives now; its restarted self brings its own. */
  #accept: Accept | undefined;
  #where: SubscribeOptions["where"];
  #inner: Subscription;
  /** Of all loops that aren't in a group. */
  readonly #shared: SharedLoop;
  /** Those in a group, each of one loop. */
  #owned: SharedLoop[] = [];
  /** Those in a group, of code that was swapped: for loops of what takes its place. */
  #parked: SharedLoop[] = [];
  /** The loops of an earlier life of the module have ended. */
  #life = 0;
  /** The last life ended in good order: what its loops have in hand is finished. */
  #handedOver = false;
  #left = false;
  readonly #leftLoops = new LeftLoops();
  #closed = false;

  /** Subscribes on `bus`. */
  constructor(
    bus: MessageBus,
    pattern: string,
    options: SubscribeOptions,
    { keep = true, log = SILENT }: KeepOptions = {},
  ) {
    this.pattern = pattern;
    this.#bus = bus;
    this.#keep = keep;
    this.#log = log;
    this.#accept = options.accept;
    this.#where = options.where;
    this.#options = {
      ...options,
      accept: (delivery) => this.#accept?.(delivery) ?? delivery,
      ...(options.where && { where: (delivery) => this.#where!(delivery) }),
    };
    this.#inner = bus.subscribe(pattern, this.#options);
    this.ready = this.#inner.ready;
    const shared = this.#shared = new SharedLoop(this.#inner);
    if (!keep || options.retry === undefined || this.#grouped) return;
    const give = (delivery: Delivery) => shared.give(delivery);
    this.#retries = new KeptRetries({ pattern, options, log, give });
  }

  get depth(): number {
    return this.#inner.depth + this.#shared.given;
  }

  get inHand(): number {
    return this.#inner.inHand;
  }

  get readers(): number {
    return this.#grouped ? this.#inner.readers : this.#shared.readers;
  }

  get heldUp(): number {
    return this.#inner.heldUp;
  }

  get dropped(): number {
    return this.#inner.dropped + (this.#retries?.dropped ?? 0);
  }

  get closed(): boolean {
    return this.#closed || this.#inner.closed;
  }

  /** Whether `subscribe` with these would open the same. */
  serves(pattern: string, options: SubscribeOptions): boolean {
    return !this.closed && pattern === this.pattern &&
      opensTheSame(this.#options, options);
  }

  /** The module failed with `error`: a loop that was left just now was left because of that. `keep` is to follow. */
  blame(error: unknown): void {
    if (this.#keep || this.#leftLoops.any) this.#leftLoops.blame(error);
  }

  /**
   * The module failed: its loops end, what waits is kept. In a group, what it had in hand goes to whoever is next; else it is
   * done, unless `retry` has it come again.
   */
  async keep(): Promise<void> {
    this.#leftLoops.blame(undefined);
    this.#endLoops();
    this.#parked = [];
    if (this.closed) return;
    if (!this.#grouped) return this.#tellFailure();
    const failed = this.#inner;
    const { signal: _, ...options } = this.#options;
    this.#inner = this.#bus.subscribe(this.pattern, options);
    await this.#inner.ready;
    await this.#tellFailure();
    await failed.close();
  }

  /** The module's code is to be swapped: its loops end when they come back from their step, those that wait at once. `handOver` is to follow. */
  finish(): void {
    this.#handedOver = true;
    this.#endLoops();
  }

  /** All steps are done. What a loop was left with comes again as after a failure: where the bus, or `retry`, sees to that. */
  async handOver(): Promise<void> {
    // Of several members the new code may want fewer: what one of them was given meanwhile must not stay with it.
    if (this.#parked.length <= 1 && !this.#leftLoops.any) return;
    for (const loop of this.#parked) loop.acknowledge();
    await this.keep();
  }

  /**
   * Hands it over to the restarted module, whose `accept` and `where` take the place of the old ones. What waits was chosen by the
   * old `where`, when it came in.
   */
  resume({ accept, where }: SubscribeOptions = {}): this {
    this.#accept = accept;
    this.#where = where;
    this.#leftLoops.pardon();
    this.#left = this.#handedOver = false;
    return this;
  }

  [Symbol.asyncIterator](): AsyncIterator<Delivery, undefined> {
    const life = this.#life;
    const over = () => this.#closed || this.#left || life !== this.#life;
    const own = this.#grouped ? this.#ownLoop() : undefined;
    let inHand: Delivery | undefined;
    const leave = (failure: Failure | undefined) => {
      this.#disown(own);
      if (life === this.#life) {
        this.#left = true;
        this.#leftLoops.add({ own, inHand, failure });
        this.#closeUnlessFailed().catch((error) => {
          const { message: reason } = describeFailure(error);
          this.#log.warn('can\'t close "{pattern}": {reason}', {
            pattern: this.pattern,
            reason,
          });
        });
      } else if (this.#handedOver) {
        this.#leftLoops.add({ own, inHand, failure });
      }
      return Promise.resolve(END);
    };
    return {
      next: async () => {
        inHand = undefined;
        if (over()) return END;
        const step = await (own ? own.next() : this.#shared.next());
        // A member's loop that is over by now gives its delivery back when its subscription is closed.
        if (own && over() && !this.#handedOver) return END;
        inHand = step.value;
        return step;
      },
      return: () => leave(undefined),
      throw: (error) => leave({ error }),
    };
  }

  close(): Promise<void> {
    this.#closed = true;
    this.#endLoops();
    if (!this.#grouped) this.#leftLoops.forget(); // nobody is left to try again
    this.#retries?.close(this.#shared.given);
    return this.#close();
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.close();
  }

  get #grouped(): boolean {
    return this.#options.group !== undefined;
  }

  async #close(): Promise<void> {
    await this.#tellFailure();
    await this.#inner.close();
  }

  /** What loops were left with: the bus decides in a group, else it comes again to the restarted module. */
  async #tellFailure(): Promise<void> {
    if (this.#options.retry === undefined) return this.#leftLoops.forget();
    await this.#leftLoops.tell((delivery, error) =>
      this.#retries?.add(delivery, error)
    );
  }

  #endLoops(): void {
    this.#life++;
    this.#shared.dismiss();
    for (const loop of this.#owned) loop.dismiss();
    this.#parked.push(...this.#owned);
    this.#owned = [];
  }

  /** In a group, where each loop is a member; one whose step is finished goes on as another. */
  #ownLoop(): SharedLoop {
    const loop = this.#parked.shift() ?? new SharedLoop(this.#inner);
    this.#owned.push(loop);
    return loop;
  }

  /** What it has in hand is not finished. */
  #disown(loop: SharedLoop | undefined): void {
    this.#owned = this.#owned.filter((owned) => owned !== loop);
    this.#parked = this.#parked.filter((parked) => parked !== loop);
  }

  async #closeUnlessFailed(): Promise<void> {
    const life = this.#life;
    await turnOver();
    await turnOver();
    const kept = this.#keep && this.#leftLoops.failed;
    if (!kept && life === this.#life) await this.close();
  }
}
