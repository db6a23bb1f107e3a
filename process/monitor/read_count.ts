import type { MessageBus, SubscribeOptions, Subscription } from "@caryatid/sdk";
import { Rate } from "./count_table.ts";
import { MonitoredSubscription } from "./monitored_subscription.ts";
import type { ReadsSnapshot } from "./snapshot.ts";

/** Maximum number of remembered groups. */
const MAX_GROUPS = 100;
const NOTHING = { read: -1, at: 0 };

/** Reads of a module by one pattern, through one or several subscriptions. */
export class ReadCount {
  readonly #rate = new Rate();
  readonly #open = new OpenSubscriptions((closed) => this.#closed(closed));
  /** Groups that were joined, at most {@linkcode MAX_GROUPS}. */
  readonly #groups = new Set<string>();
  /** Deliveries read by closed subscriptions. */
  #read = 0;
  #dropped = 0;
  #redelivered = 0;
  #retried = 0;
  /**
   * Time of the snapshot that first saw the deliveries in flight, and the
   * number of reads at that time.
   */
  #seen = NOTHING;

  /** Subscribes on `bus`, and counts the deliveries. */
  subscribe(
    bus: MessageBus,
    pattern: string,
    options: SubscribeOptions | undefined,
    now: () => number,
  ): Subscription {
    const inner = bus.subscribe(pattern, options);
    const group = options?.group;
    if (group !== undefined && this.#groups.size < MAX_GROUPS) {
      this.#groups.add(group);
    }
    return this.#open.add(new MonitoredSubscription(inner, now));
  }

  /** Ends an interval of `seconds`. */
  advance(seconds: number): void {
    this.#rate.advance(this.#total([...this.#open]), seconds);
  }

  /** Returns the counts at `now`. */
  snapshot(now: number): ReadsSnapshot {
    const open = [...this.#open];
    const read = this.#total(open);
    const inFlight = sum(open, (one) => one.inFlight);
    const since = open.flatMap(({ waitingSince }) => waitingSince ?? []);
    return {
      read,
      unread: sum(open, (one) => one.queued),
      inFlight,
      inFlightFor: this.#inFlightFor(inFlight, read, now),
      pendingFor: since.length === 0
        ? undefined
        : Math.max(0, now - Math.min(...since)),
      waitingPublishers: sum(open, (one) => one.waitingPublishers),
      dropped: sum(open, (one) => one.lost) + this.#dropped,
      redelivered: sum(open, (one) => one.redelivered) + this.#redelivered,
      retried: sum(open, (one) => one.retried) + this.#retried,
      rate: this.#rate.perSecond,
      groups: [...this.#groups].sort(),
    };
  }

  #total(open: readonly MonitoredSubscription[]): number {
    return sum(open, ({ read }) => read) + this.#read;
  }

  #inFlightFor(
    inFlight: number,
    read: number,
    now: number,
  ): number | undefined {
    if (inFlight === 0) this.#seen = NOTHING;
    else if (read !== this.#seen.read) this.#seen = { read, at: now };
    return inFlight === 0 ? undefined : Math.max(0, now - this.#seen.at);
  }

  async #closed(closed: MonitoredSubscription): Promise<void> {
    this.#dropped += closed.lost;
    this.#redelivered += closed.redelivered;
    this.#retried += closed.retried;
    this.#read += closed.read;
    const ends = await closed.ends();
    this.#read -= ends;
  }
}

/** Open subscriptions. It forgets closed ones, even if the bus closed them. */
class OpenSubscriptions {
  readonly #all = new Set<MonitoredSubscription>();
  readonly #onClosed: (closed: MonitoredSubscription) => void;
  #sweepAt = 32;

  /** Calls `onClosed` for each subscription that it forgets. */
  constructor(onClosed: (closed: MonitoredSubscription) => void) {
    this.#onClosed = onClosed;
  }

  /** Adds one. Forgets the closed ones once their number may have doubled. */
  add(one: MonitoredSubscription): MonitoredSubscription {
    if (this.#all.size >= this.#sweepAt) {
      this.#sweep();
      this.#sweepAt = Math.max(32, this.#all.size * 2);
    }
    this.#all.add(one);
    return one;
  }

  /** Iterates over the open ones. */
  [Symbol.iterator](): Iterator<MonitoredSubscription> {
    this.#sweep();
    return this.#all.values();
  }

  #sweep(): void {
    for (const one of this.#all) {
      if (!one.closed) continue;
      this.#all.delete(one);
      this.#onClosed(one);
    }
  }
}

function sum<T>(all: readonly T[], value: (one: T) => number): number {
  return all.reduce((total, one) => total + value(one), 0);
}
