import type { MessageBus, SubscribeOptions, Subscription } from "@caryatid/sdk";
import { MonitoredSubscription } from "./monitored_subscription.ts";
import { OpenSet } from "./open_set.ts";
import { Rate } from "./rate.ts";
import type { ReadsSnapshot } from "./snapshot.ts";

const NOTHING = { read: -1, at: 0 };

/** What a module reads by one pattern, by one subscription or several. */
export class ReadCount {
  readonly #rate = new Rate();
  readonly #open = new OpenSet<MonitoredSubscription>((gone) => {
    this.#closed(gone);
  });
  /** By subscriptions that are closed. */
  #read = 0;
  #dropped = 0;
  /** When a snapshot first saw what is in hand, and how much was read by then. */
  #seen = NOTHING;

  /** Subscribes on `bus`, and watches that. */
  subscribe(
    bus: MessageBus,
    pattern: string,
    options: SubscribeOptions | undefined,
    now: () => number,
  ): Subscription {
    const inner = bus.subscribe(pattern, options);
    return this.#open.add(new MonitoredSubscription(inner, now));
  }

  /** An interval of `seconds` ends. */
  advance(seconds: number): void {
    this.#rate.advance(this.#total([...this.#open]), seconds);
  }

  /** What is known at `now`. */
  snapshot(now: number): ReadsSnapshot {
    const open = [...this.#open];
    const read = this.#total(open);
    const inHand = sum(open, (one) => one.inHand);
    const since = open.flatMap(({ waitingSince }) => waitingSince ?? []);
    return {
      read,
      unread: sum(open, (one) => one.depth),
      inHand,
      inHandFor: this.#inHandFor(inHand, read, now),
      pendingFor: since.length === 0
        ? undefined
        : Math.max(0, now - Math.min(...since)),
      heldUp: sum(open, (one) => one.heldUp),
      dropped: sum(open, (one) => one.lost) + this.#dropped,
      rate: this.#rate.perSecond,
    };
  }

  #total(open: readonly MonitoredSubscription[]): number {
    return sum(open, ({ read }) => read) + this.#read;
  }

  #inHandFor(inHand: number, read: number, now: number): number | undefined {
    if (inHand === 0) this.#seen = NOTHING;
    else if (read !== this.#seen.read) this.#seen = { read, at: now };
    return inHand === 0 ? undefined : Math.max(0, now - this.#seen.at);
  }

  async #closed(gone: MonitoredSubscription): Promise<void> {
    this.#dropped += gone.lost;
    this.#read += gone.read;
    const ends = await gone.ends();
    this.#read -= ends;
  }
}

function sum<T>(all: readonly T[], value: (one: T) => number): number {
  return all.reduce((total, one) => total + value(one), 0);
}
