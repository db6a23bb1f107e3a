import type { Delivery, MessageBus, Subscription } from "../../mod.ts";
import { whileProgress, within } from "./promises.ts";
import { describeDeliveries, isNew, messages, take } from "./take.ts";

/** Start of the messages of {@linkcode receivedBefore}. */
const SENTINEL = "the last message, ";

/** Options of `busConformance`. */
export interface ConformanceFeatures {
  /**
   * Opens another connection to the same medium, such as that of another
   * process (default: the same bus).
   */
  readonly peer?: (bus: MessageBus) => Promise<MessageBus>;
  /**
   * Factor for the number of repetitions (default: 1). Use 0.1 for a slow bus,
   * more for a soak.
   */
  readonly scale?: number;
  /**
   * Properties to skip, with the reason that the step prints:
   * `{ A18: "frames are limited to 1 MiB" }`. A key is an id of the contract,
   * which skips all its steps, or the name of one step.
   */
  readonly skip?: Readonly<Record<string, string>>;
  /** Maximum message size of an external bus, in bytes (default: 16 MiB). */
  readonly maxMessageSize?: number;
}

/**
 * Environment of one property: two connections to one medium, and topics that
 * no other test uses.
 */
export class Trial {
  /** The bus under test. */
  readonly bus: MessageBus;
  /** Another connection to its medium, or the same bus. */
  readonly peer: MessageBus;
  /** Maximum message size, in bytes. */
  readonly maxMessageSize: number;
  /** First word of all topics of this trial. */
  readonly prefix: string = `t${crypto.randomUUID().replaceAll("-", "")}`;
  readonly #scale: number;

  /** Creates a trial. The suite closes both buses after it. */
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

  /** True if each message is delivered exactly once, false if at least once. */
  get exactlyOnce(): boolean {
    return this.bus.abilities.exactlyOnce;
  }

  /** Returns a topic or pattern with the prefix. */
  topic(words: string): string {
    return `${this.prefix}.${words}`;
  }

  /** Returns the scaled number of repetitions, at least `least`. */
  count(full: number, least: number = 1): number {
    return Math.max(least, Math.round(full * this.#scale));
  }

  /**
   * Returns the next `n` deliveries, without redeliveries if the bus delivers
   * at least once.
   */
  take(subscription: Subscription, n: number): Promise<Delivery[]> {
    return take(subscription, n, { distinct: !this.exactlyOnce });
  }

  /**
   * Returns the messages of the next `n` deliveries, as {@linkcode take} does.
   */
  async receive(subscription: Subscription, n: number): Promise<unknown[]> {
    return messages(await this.take(subscription, n));
  }
}

/** Waits until all subscriptions and handlers are ready. */
export async function ready(
  ...all: readonly { readonly pattern: string; readonly ready: Promise<void> }[]
): Promise<void> {
  await within(
    Promise.all(all.map((one) => one.ready)),
    () => `ready of ${all.map(({ pattern }) => `"${pattern}"`).join(", ")}`,
  );
}

/**
 * Publishes a last message on `topic` through `bus` and returns the deliveries
 * of `subscription` before it. This proves the absence of a message without a
 * pause. Order holds for each topic, so use the topic of the message that
 * should be absent. Earlier last messages are left out.
 */
export async function receivedBefore(
  trial: Trial,
  subscription: Subscription,
  topic: string,
  bus: MessageBus = trial.bus,
): Promise<Delivery[]> {
  const sentinel = SENTINEL + crypto.randomUUID();
  // may wait for the loop below
  const publishing = bus.publish(topic, sentinel);
  const [received] = await Promise.all([
    takeUntil(trial, subscription, sentinel),
    publishing,
  ]);
  return received;
}

async function takeUntil(
  trial: Trial,
  subscription: Subscription,
  sentinel: string,
): Promise<Delivery[]> {
  const received: Delivery[] = [];
  for (;;) {
    const [delivery] = await trial.take(subscription, 1);
    const { message } = delivery!;
    if (message === sentinel) return received;
    if (!isSentinel(message)) received.push(delivery!);
  }
}

function isSentinel(message: unknown): boolean {
  return typeof message === "string" && message.startsWith(SENTINEL);
}

/** Deliveries of several subscriptions so far. */
export interface Collection {
  /** Deliveries of each subscription. */
  readonly shares: readonly (readonly Delivery[])[];
  /**
   * Resolves when there are `n` deliveries in total. Rejects with the
   * deliveries so far if none arrives for 30 s.
   */
  until(n: number): Promise<void>;
}

/** Reads all subscriptions at the same time until they end. */
export function collect(
  trial: Trial,
  subscriptions: readonly Subscription[],
): Collection {
  const shares = subscriptions.map((): Delivery[] => []);
  const seen = new Set<string>();
  let count = 0;
  let wanted = { n: Infinity, ...Promise.withResolvers<void>() };
  const loop = async (subscription: Subscription, share: Delivery[]) => {
    for await (const delivery of subscription) {
      if (!trial.exactlyOnce && !isNew(delivery, seen)) continue;
      share.push(delivery);
      if (++count >= wanted.n) wanted.resolve();
    }
  };
  subscriptions.forEach((subscription, i) =>
    loop(subscription, shares[i]!).catch((error) => wanted.reject(error))
  );
  return {
    shares,
    until(n) {
      wanted = { n, ...Promise.withResolvers<void>() };
      if (count >= n) wanted.resolve();
      return whileProgress(
        wanted.promise,
        () => count,
        () => `${n} deliveries, ${shares.map(describeDeliveries).join("; ")}`,
      );
    },
  };
}
