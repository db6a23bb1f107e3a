import type { Delivery, MessageBus, Subscription } from "../../mod.ts";
import type { ConformanceFeatures } from "./features.ts";
import { messages, take } from "./take.ts";
import { within } from "./within.ts";

/** Two connections to one medium, and topics that nobody else uses: what one property is checked with. */
export class Trial {
  /** The bus in question. */
  readonly bus: MessageBus;
  /** Another connection to its medium, or the same bus. */
  readonly peer: MessageBus;
  /** Bytes of the largest message. */
  readonly maxMessageSize: number;
  /** First word of all topics of this trial. */
  readonly prefix: string = `t${crypto.randomUUID().replaceAll("-", "")}`;
  readonly #scale: number;

  /** The suite closes both buses after the trial. */
  constructor(
    bus: MessageBus,
    peer: MessageBus,
    features: ConformanceFeatures,
  ) {
    this.bus = bus;
    this.peer = peer;
    this.maxMessageSize = features.maxMessageSize ?? 16 * 1024 * 1024;
    this.#scale = features.scale ?? 1;
  }

  /** Whether each delivery comes once; else at least once. */
  get exactlyOnce(): boolean {
    return this.bus.abilities.exactlyOnce;
  }

  /** A topic, or a pattern, below the prefix. */
  topic(words: string): string {
    return `${this.prefix}.${words}`;
  }

  /** How often to do what the contract does `full` times: scaled, and at least `least` times. */
  count(full: number, least: number = 1): number {
    return Math.max(least, Math.round(full * this.#scale));
  }

  /** The next `n` deliveries; without repeats, where a bus may repeat. */
  take(subscription: Subscription, n: number): Promise<Delivery[]> {
    return take(subscription, n, { distinct: !this.exactlyOnce });
  }

  /** The next `n` messages; without repeats, where a bus may repeat. */
  async hear(subscription: Subscription, n: number): Promise<unknown[]> {
    return messages(await this.take(subscription, n));
  }
}

/** Waits until everything that follows will be heard. */
export async function ready(
  ...all: readonly { readonly pattern: string; readonly ready: Promise<void> }[]
): Promise<void> {
  await within(
    Promise.all(all.map((one) => one.ready)),
    () => `ready of ${all.map(({ pattern }) => `"${pattern}"`).join(", ")}`,
  );
}
