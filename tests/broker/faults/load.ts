import type { RabbitMqBus } from "@caryatid/process/rabbit-mq";
import type { Subscription } from "@caryatid/sdk";
import { Changes } from "../changes.ts";

/** Publishes numbers at a rate, and notes which of them were confirmed. */
export class Load {
  readonly confirmed = new Set<number>();
  readonly #timer: ReturnType<typeof setInterval>;
  #next = 0;

  /** Publishes ten numbers every 20 ms: 500 a second. */
  constructor(bus: RabbitMqBus, topic: string) {
    this.#timer = setInterval(() => {
      for (let i = 0; i < 10; i++) {
        const n = this.#next++;
        bus.publish(topic, n, { id: `${n}`, timeout: 10_000 })
          .then(() => this.confirmed.add(n), () => {});
      }
    }, 20);
  }

  /** Number of the next message. */
  get next(): number {
    return this.#next;
  }

  /** Ends publishing. */
  stop(): void {
    clearInterval(this.#timer);
  }
}

/** Reads a subscription until it is closed, and notes what it received. */
export class Reader {
  readonly received = new Set<number>();
  /** Number of deliveries, with repeated ones. */
  deliveries = 0;
  readonly #changes = new Changes();

  constructor(subscription: Subscription) {
    this.#read(subscription);
  }

  /** Resolves when a message from `n` on has arrived. */
  from(n: number, what: () => string, patience: number): Promise<void> {
    const newer = () => [...this.received].some((it) => it >= n);
    return this.#changes.until(newer, what, patience);
  }

  /** Resolves when all of `wanted` have arrived. */
  all(
    wanted: ReadonlySet<number>,
    what: () => string,
    patience: number,
  ): Promise<void> {
    return this.#changes.until(
      () => this.missing(wanted) === 0,
      () => `${what()}: ${this.missing(wanted)} of ${wanted.size} are lost`,
      patience,
    );
  }

  /** Returns how many of `wanted` have not arrived. */
  missing(wanted: ReadonlySet<number>): number {
    let missing = 0;
    for (const n of wanted) if (!this.received.has(n)) missing++;
    return missing;
  }

  async #read(subscription: Subscription): Promise<void> {
    for await (const { message } of subscription) {
      this.deliveries++;
      this.received.add(message as number);
      this.#changes.notify();
    }
  }
}
