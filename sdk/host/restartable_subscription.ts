import { SubscriptionLayer } from "../bus/layers.ts";
import type { ObservableLoop } from "../bus/observable_loop.ts";
import { describeFailure } from "../bus/remote_failure.ts";
import { yieldToEventLoop } from "../bus/event_loop.ts";
import type { Log } from "../log.ts";
import type { Delivery } from "../delivery.ts";
import type { MessageBus } from "../message_bus.ts";
import type { Accept, BusSubscribeOptions } from "../subscription.ts";
import {
  AbandonedLoops,
  END,
  type Failure,
  RestartableRetries,
  SharedLoop,
  type Step,
} from "./restartable_loops.ts";

/** Options of {@linkcode RestartableSubscription}. */
export interface RestartableSubscriptionOptions {
  /**
   * True if it outlives a failure of its module, false if it only passes the
   * error to the bus (true).
   */
  readonly keep?: boolean;
  /**
   * Log for dropped messages and for failures that no caller awaits (none).
   */
  readonly log?: Log;
}

const SILENT: Log = { debug() {}, info() {}, warn() {}, error() {} };

/**
 * Subscription that outlives the code of its module: a restarted module, or the
 * code that replaces it, continues with the next message.
 *
 * An iterator cannot distinguish `break` from an error, so leaving a loop
 * closes the subscription only if the module has not failed two turns of the
 * event loop later. All loops read through one loop that outlives them. In a
 * group each loop has its own, whose unfinished delivery is redelivered; with
 * `retry`, it is also redelivered without a group.
 */
export class RestartableSubscription extends SubscriptionLayer {
  readonly #bus: MessageBus;
  readonly #options: BusSubscribeOptions;
  readonly #keep: boolean;
  readonly #log: Log;
  readonly #retries: RestartableRetries | undefined;
  /**
   * Functions of the module's current run. A restarted module brings its own.
   */
  readonly #choices: {
    accept: Accept | undefined;
    where: BusSubscribeOptions["where"];
  };
  /** The one loop that all loops outside of a group read through. */
  readonly #shared: SharedLoop;
  /** Loops in a group: each has its own subscription loop. */
  #owned: SharedLoop[] = [];
  /** Loops in a group of swapped code, for the loops of the next run. */
  #parked: SharedLoop[] = [];
  /** Number of the current run; loops of earlier runs have ended. */
  #run = 0;
  /**
   * True if the last run ended in good order: its deliveries in flight are
   * finished.
   */
  #handedOver = false;
  #left = false;
  readonly #abandonedLoops = new AbandonedLoops();
  #closed = false;

  /** Subscribes on `bus`. */
  constructor(
    bus: MessageBus,
    pattern: string,
    options: BusSubscribeOptions,
    { keep = true, log = SILENT }: RestartableSubscriptionOptions = {},
  ) {
    const choices = { accept: options.accept, where: options.where };
    const all: BusSubscribeOptions = {
      ...options,
      accept: (delivery) => choices.accept?.(delivery) ?? delivery,
      ...(options.where && { where: (delivery) => choices.where!(delivery) }),
    };
    super(bus.subscribe(pattern, all));
    this.#bus = bus;
    this.#keep = keep;
    this.#log = log;
    this.#choices = choices;
    this.#options = all;
    const shared = this.#shared = new SharedLoop(this.inner, options.budget);
    if (!keep || options.retry === undefined || this.#grouped) return;
    const give = (delivery: Delivery) => shared.give(delivery);
    this.#retries = new RestartableRetries({ pattern, options, log, give });
  }

  override get queued(): number {
    return super.queued + this.#shared.given;
  }

  override get readers(): number {
    return this.#grouped ? super.readers : this.#shared.readers;
  }

  override get dropped(): number {
    return super.dropped + (this.#retries?.dropped ?? 0);
  }

  override get closed(): boolean {
    return this.#closed || super.closed;
  }

  /**
   * Returns true if `subscribe` with these arguments would open the same
   * subscription.
   */
  serves(pattern: string, options: BusSubscribeOptions): boolean {
    return !this.closed && pattern === this.pattern &&
      opensTheSame(this.#options, options);
  }

  /**
   * Records that the module failed with `error`, which is the reason of loops
   * that were just left. Call `keep` next.
   */
  blame(error: unknown): void {
    if (this.#keep || this.#abandonedLoops.any) {
      this.#abandonedLoops.blame(error);
    }
  }

  /**
   * Ends the loops of a failed module, and keeps the queued messages. In a
   * group, the next member receives an unfinished delivery. Without a group it
   * is acknowledged, or redelivered if `retry` is set.
   */
  async keep(): Promise<void> {
    this.#abandonedLoops.blame(undefined);
    this.#endLoops();
    this.#parked = [];
    if (this.closed) return;
    if (!this.#grouped) return this.#passFailures();
    const failed = this.inner;
    const { signal: _, ...options } = this.#options;
    this.inner = this.#bus.subscribe(this.pattern, options);
    await this.inner.ready;
    await this.#passFailures();
    await failed.close();
  }

  /**
   * Ends the loops before a swap: waiting loops at once, the others at the end
   * of their step. Call `handOver` next.
   */
  finish(): void {
    this.#handedOver = true;
    this.#endLoops();
  }

  /**
   * Hands over after all steps have ended. An unfinished delivery is
   * redelivered as after a failure.
   */
  async handOver(): Promise<void> {
    // The new code may start fewer loops: a delivery that one of several
    // members received meanwhile must not stay with it.
    if (this.#parked.length <= 1 && !this.#abandonedLoops.any) return;
    for (const loop of this.#parked) loop.acknowledge();
    await this.keep();
  }

  /**
   * Continues for the restarted module, with its `accept` and `where`. The old
   * `where` has filtered the queued messages.
   */
  resume({ accept, where }: BusSubscribeOptions = {}): this {
    this.#choices.accept = accept;
    this.#choices.where = where;
    this.#abandonedLoops.pardon();
    this.dropWhenFull(false);
    this.#left = this.#handedOver = false;
    return this;
  }

  override [Symbol.asyncIterator](): AsyncIterator<Delivery, undefined> {
    const run = this.#run;
    const over = () => this.#closed || this.#left || run !== this.#run;
    const own = this.#grouped ? this.#ownLoop() : undefined;
    let inFlight: Delivery | undefined;
    let replace: ((delivery: Delivery) => Delivery) | undefined;
    const leave = (failure: Failure | undefined) => {
      this.#disown(own);
      if (run === this.#run) {
        this.#left = true;
        this.#abandonedLoops.add({ own, inFlight, failure });
        this.#closeUnlessFailed().catch((error) => {
          const { message: reason } = describeFailure(error);
          this.#log.warn('cannot close "{pattern}": {reason}', {
            pattern: this.pattern,
            reason,
          });
        });
      } else if (this.#handedOver) {
        this.#abandonedLoops.add({ own, inFlight, failure });
      }
      return Promise.resolve(END);
    };
    const arrive = (step: Step): Step => {
      inFlight = step.value;
      return replace && !step.done
        ? { done: false, value: replace(step.value) }
        : step;
    };
    const loop: ObservableLoop = {
      next: () => {
        inFlight = undefined;
        if (over()) return Promise.resolve(END);
        if (own === undefined) return this.#shared.next(arrive);
        return own.next().then((step) =>
          // The loop of an earlier member puts its delivery back when its
          // subscription is closed.
          over() && !this.#handedOver ? END : arrive(step)
        );
      },
      observe: (each: (delivery: Delivery) => Delivery) => {
        replace = each;
        return true;
      },
      return: () => leave(undefined),
      throw: (error) => leave({ error }),
    };
    return loop;
  }

  override close(): Promise<void> {
    this.#closed = true;
    this.#endLoops();
    // no later run can retry
    if (!this.#grouped) this.#abandonedLoops.forget();
    this.#retries?.close(this.#shared.given);
    this.#shared.clearGiven();
    return this.#close();
  }

  get #grouped(): boolean {
    return this.#options.group !== undefined;
  }

  async #close(): Promise<void> {
    await this.#passFailures();
    await this.inner.close();
  }

  /**
   * Passes the unfinished deliveries of abandoned loops on: to the bus in a
   * group, else to the retries.
   */
  async #passFailures(): Promise<void> {
    if (this.#options.retry === undefined) return this.#abandonedLoops.forget();
    await this.#abandonedLoops.passOn((delivery, error) =>
      this.#retries?.add(delivery, error)
    );
  }

  #endLoops(): void {
    this.#run++;
    this.#shared.dismiss();
    for (const loop of this.#owned) loop.dismiss();
    this.#parked.push(...this.#owned);
    this.#owned = [];
  }

  /**
   * Returns the loop of a new loop in a group, where each loop is a member.
   * Reuses one whose step has ended.
   */
  #ownLoop(): SharedLoop {
    const loop = this.#parked.shift() ?? new SharedLoop(this.inner);
    this.#owned.push(loop);
    return loop;
  }

  /** Forgets a loop whose delivery is unfinished. */
  #disown(loop: SharedLoop | undefined): void {
    this.#owned = this.#owned.filter((owned) => owned !== loop);
    this.#parked = this.#parked.filter((parked) => parked !== loop);
  }

  async #closeUnlessFailed(): Promise<void> {
    const run = this.#run;
    await yieldToEventLoop();
    await yieldToEventLoop();
    const kept = this.#keep && this.#abandonedLoops.failed;
    if (!kept && run === this.#run) await this.close();
  }
}

/**
 * Returns true if `asked` opens the same subscription as `kept` did, apart from
 * `accept` and `where`.
 */
function opensTheSame(
  kept: BusSubscribeOptions,
  asked: BusSubscribeOptions,
): boolean {
  // A filter or a signal belongs to the earlier run.
  return !(kept.filter ?? asked.filter) &&
    !(kept.signal ?? asked.signal) &&
    kept.group === asked.group &&
    kept.overflow === asked.overflow &&
    kept.queueSize === asked.queueSize &&
    (kept.where === undefined) === (asked.where === undefined) &&
    kept.retry?.attempts === asked.retry?.attempts &&
    kept.retry?.backoff === asked.retry?.backoff;
}
