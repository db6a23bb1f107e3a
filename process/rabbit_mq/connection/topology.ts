import type { Channel, ChannelModel } from "amqplib";
import { withChannel } from "./channels.ts";

/**
 * Names of the exchanges around the exchange of a bus. Rust Caryatid knows only
 * the first one.
 */
export interface Names {
  /**
   * Exchange of Rust Caryatid: topic, not durable. Every message reaches it.
   */
  readonly shared: string;
  /**
   * Durable topic exchange in front of the shared one: its bindings outlive a
   * crash of the broker. Publishes go here.
   */
  readonly front: string;
  /**
   * Topic exchange of requests. Only handlers bind, so that the broker returns
   * a request without a handler.
   */
  readonly requests: string;
  /**
   * Topic exchange behind `filter`. Subscriptions bind here if their pattern
   * may match requests.
   */
  readonly observers: string;
  /**
   * Headers exchange that keeps requests to Rust handlers from `observers`:
   * those subscriptions would count as handlers.
   */
  readonly filter: string;
  /** Fanout exchange without bindings that receives those requests instead. */
  readonly unhandled: string;
  /**
   * Topic exchange for copies of answers. Only subscriptions bind whose pattern
   * names answers: the answers themselves go to the requester alone.
   */
  readonly answers: string;
  /** Fanout exchange for the ids of cancelled requests. */
  readonly cancelled: string;
  /**
   * Exchange that is deleted with the shared one, and is not declared with it.
   */
  readonly alive: string;
  /**
   * Fanout exchange for news of a loss: every process binds its queues again.
   */
  readonly renewed: string;
}

/** Returns the names around `exchange`. */
export function namesOf(exchange: string): Names {
  return {
    shared: exchange,
    front: `${exchange}.front`,
    requests: `${exchange}.requests`,
    observers: `${exchange}.observers`,
    filter: `${exchange}.filter`,
    unhandled: `${exchange}.unhandled`,
    answers: `${exchange}.answers`,
    cancelled: `${exchange}.cancelled`,
    alive: `${exchange}.alive`,
    renewed: `${exchange}.renewed`,
  };
}

/** Marks a failure that means that no handler took the request. */
export const UNHANDLED_HEADER = "caryatid-unhandled";

/** Marks a request that must not count subscriptions as handlers. */
export const PROBE_HEADER = "caryatid-probe";

/**
 * Declares the exchanges and binds them to each other. Harmless if they exist.
 */
export async function declareTopology(
  channel: Channel,
  names: Names,
): Promise<void> {
  const { shared, front, requests, observers, filter, unhandled } = names;
  const { answers, cancelled, renewed } = names;
  await channel.assertExchange(shared, "topic", { durable: false });
  await channel.assertExchange(front, "topic", { durable: true });
  await channel.assertExchange(requests, "topic", { durable: true });
  await channel.assertExchange(observers, "topic", { durable: true });
  await channel.assertExchange(answers, "topic", { durable: true });
  await channel.assertExchange(unhandled, "fanout", { durable: true });
  await channel.assertExchange(cancelled, "fanout", { durable: true });
  await channel.assertExchange(renewed, "fanout", { durable: true });
  await channel.assertExchange(filter, "headers", {
    durable: true,
    alternateExchange: observers,
  });
  await bindFront(channel, names);
  await bindUnhandled(channel, names);
}

/** Binds the shared exchange to the front. Harmless if it is bound. */
export async function bindFront(
  channel: Channel,
  { shared, front }: Names,
): Promise<void> {
  await channel.bindExchange(shared, front, "#");
}

/**
 * Binds the exchange of subscriptions that may match requests. Harmless if it
 * is bound.
 */
export async function bindFilter(
  channel: Channel,
  { filter, shared }: Names,
): Promise<void> {
  await channel.bindExchange(filter, shared, "#");
}

/** Binds the exchange of unhandled requests. Harmless if it is bound. */
export async function bindUnhandled(
  channel: Channel,
  { unhandled, filter }: Names,
): Promise<void> {
  await channel.bindExchange(unhandled, filter, "", {
    "x-match": "all",
    [PROBE_HEADER]: "1",
  });
}

/** Returns those of `names` that do not exist. */
export async function missingExchanges(
  connection: ChannelModel,
  names: readonly string[],
): Promise<string[]> {
  const missing: string[] = [];
  for (let left = [...names]; left.length > 0;) {
    const found = await withChannel(connection, async (channel) => {
      let found = 0;
      try {
        for (const name of left) {
          await channel.checkExchange(name);
          found++;
        }
      } catch (error) {
        if ((error as { code?: number }).code !== 404) throw error;
      }
      return found;
    });
    missing.push(...left.slice(found, found + 1));
    left = left.slice(found + 1); // a 404 closes the channel
  }
  return missing;
}

/**
 * Makes the shared exchange recognizable: an auto-delete exchange is deleted
 * with its last binding, this one with the shared exchange.
 */
export async function declareAlive(
  channel: Channel,
  { alive, shared }: Names,
): Promise<void> {
  await channel.assertExchange(alive, "fanout", {
    durable: false,
    autoDelete: true,
  });
  await channel.bindExchange(shared, alive, "");
}
