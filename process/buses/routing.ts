import {
  CaryatidError,
  type HandleOptions,
  type Handler,
  type Handling,
  type MessageBus,
  type OpenOptions,
  type PublishOptions,
  type RequestOptions,
  type SubscribeOptions,
  type Subscription,
} from "@caryatid/sdk";
import { randomId } from "@caryatid/sdk/bus";
import { MergedHandling } from "./merged_handling.ts";
import { MergedSubscription } from "./merged_subscription.ts";
import { openBuses } from "./open_buses.ts";
import {
  type Carrier,
  type Route,
  RouteTable,
  type Way,
} from "./route_table.ts";

/** How {@linkcode RoutingBus} behaves. */
export interface RoutingBusOptions {
  /** Longest wait for an answer unless the request says otherwise, in milliseconds (5,000). */
  readonly requestTimeout?: number;
}

/**
 * Sends each topic to the bus, or buses, that the first matching route names, and subscribes wherever a topic of the pattern may
 * come by. A subscriber gets one copy.
 *
 * @example The clock stays in the process, the rest may leave it
 * ```ts
 * import { InMemoryBus, RoutingBus } from "@caryatid/process";
 * import assert from "node:assert/strict";
 *
 * await using bus = new RoutingBus(
 *   [{ pattern: "clock.#", buses: ["internal"] }, { pattern: "#", buses: ["other"] }],
 *   new Map([["internal", new InMemoryBus()], ["other", new InMemoryBus()]]),
 * );
 * const all = bus.subscribe("#");
 * await bus.publish("clock.tick", 1);
 * for await (const { topic } of all) {
 *   assert.equal(topic, "clock.tick");
 *   break;
 * }
 * ```
 */
export class RoutingBus implements MessageBus {
  readonly #table: RouteTable;
  readonly #buses: ReadonlyMap<string, MessageBus>;
  readonly #requestOptions: RequestOptions | undefined;

  /** Throws `NO_ROUTE` if a route names a bus that isn't there. */
  constructor(
    routes: readonly Route[],
    buses: ReadonlyMap<string, MessageBus>,
    options: RoutingBusOptions = {},
  ) {
    this.#table = new RouteTable(routes, buses);
    this.#buses = buses;
    this.#requestOptions = options.requestTimeout === undefined
      ? undefined
      : { timeout: options.requestTimeout };
  }

  /** What holds for all of its buses. */
  get abilities(): MessageBus["abilities"] {
    const all = [...this.#buses.values()].map(({ abilities }) => abilities);
    return {
      external: all.some(({ external }) => external),
      durable: all.every(({ durable }) => durable),
      exactlyOnce: all.every(({ exactlyOnce }) => exactlyOnce),
      backPressure: all.some(({ backPressure }) => backPressure === "broker")
        ? "broker"
        : "publisher",
    };
  }

  /** Opens every bus. Rejects as soon as one of them does, with its id. */
  open(options: OpenOptions = {}): Promise<void> {
    return openBuses(this.#buses, options);
  }

  /** Publishes on every bus of the topic's route; rejects if one of them refuses, and says which ones didn't. */
  publish(
    topic: string,
    message: unknown,
    options?: PublishOptions,
  ): Promise<void> {
    let way: Way;
    try {
      way = this.#table.way(topic);
    } catch (error) {
      return Promise.reject(error);
    }
    return way.carriers.length === 1
      ? way.home.bus.publish(topic, message, options)
      : this.#publishOnAll(way, topic, message, options);
  }

  /** Subscribes on every bus that may carry a topic of the pattern. */
  subscribe(pattern: string, options: SubscribeOptions = {}): Subscription {
    const ways = this.#table.waysOf(pattern);
    const only = onlyCarrier(ways);
    if (only) return only.bus.subscribe(pattern, options);
    const sources = options.group === undefined
      ? this.#listenOnAll(ways, pattern, options)
      : this.#listenWhereGroupsMeet(ways, pattern, options);
    return sources.length === 1
      ? sources[0]!
      : new MergedSubscription(pattern, sources);
  }

  /** Asks on the buses of the topic's route in turn, until somebody handles it. */
  request(
    topic: string,
    message: unknown,
    options?: RequestOptions,
  ): Promise<unknown> {
    let carriers: readonly Carrier[];
    try {
      carriers = this.#table.requestWay(topic).carriers;
    } catch (error) {
      return Promise.reject(error);
    }
    const timed = options === undefined || options.timeout !== undefined
      ? options ?? this.#requestOptions
      : { ...options, ...this.#requestOptions };
    return carriers.length === 1
      ? carriers[0]!.bus.request(topic, message, timed)
      : requestInTurn(carriers, topic, message, timed);
  }

  /** Handles on every route's bus that reaches furthest. */
  handle(
    pattern: string,
    handler: Handler,
    options?: HandleOptions,
  ): Handling {
    const meetings = new Set(
      this.#table.requestWaysOf(pattern).map(({ meeting }) => meeting.bus),
    );
    const handlings = [...meetings].map((bus) =>
      bus.handle(pattern, handler, options)
    );
    return handlings.length === 1
      ? handlings[0]!
      : new MergedHandling(pattern, handlings);
  }

  /** Closes every bus. */
  async close(): Promise<void> {
    await Promise.all([...this.#buses.values()].map((bus) => bus.close()));
  }

  /** As `close`. */
  [Symbol.asyncDispose](): Promise<void> {
    return this.close();
  }

  /** Of a route to several buses a subscriber hears one local bus, and every external one but for its own echo there. */
  #listenOnAll(
    ways: readonly Way[],
    pattern: string,
    options: SubscribeOptions,
  ): Subscription[] {
    const carriers = new Set(ways.flatMap(({ carriers }) => carriers));
    return [...carriers].map(({ id, bus }) => {
      const heardHere = (topic: string) =>
        this.#table.way(topic).home.id === id;
      const carried = (topic: string) =>
        this.#table.way(topic).carriers.some((carrier) => carrier.id === id);
      const { external } = bus.abilities;
      return bus.subscribe(pattern, {
        ...narrowed(options, external ? carried : heardHere),
        ...(external && { echo: heardHere }),
      });
    });
  }

  #listenWhereGroupsMeet(
    ways: readonly Way[],
    pattern: string,
    options: SubscribeOptions,
  ): Subscription[] {
    const meetings = new Set(ways.map(({ meeting }) => meeting));
    return [...meetings].map(({ id, bus }) =>
      bus.subscribe(
        pattern,
        narrowed(options, (topic) => this.#table.way(topic).meeting.id === id),
      )
    );
  }

  async #publishOnAll(
    way: Way,
    topic: string,
    message: unknown,
    options: PublishOptions | undefined,
  ): Promise<void> {
    const named = { ...options, id: options?.id ?? randomId() };
    const results = await Promise.allSettled(
      way.carriers.map(({ bus }) => bus.publish(topic, message, named)),
    );
    const refused = results.findIndex(({ status }) => status === "rejected");
    if (refused < 0) return;
    const accepted = way.carriers.filter((_, i) =>
      results[i]!.status === "fulfilled"
    );
    const { reason } = results[refused] as PromiseRejectedResult;
    throw partlyError(topic, way.carriers[refused]!, accepted, reason);
  }
}

/** Hears only topics that `heard` holds for, besides what `options` leave out. */
function narrowed(
  options: SubscribeOptions,
  heard: (topic: string) => boolean,
): SubscribeOptions {
  const { filter } = options;
  return {
    ...options,
    filter: filter ? (topic) => heard(topic) && filter(topic) : heard,
  };
}

function onlyCarrier(ways: readonly Way[]): Carrier | undefined {
  const first = ways[0]!.home;
  const alone = ways.every(({ carriers }) =>
    carriers.length === 1 && carriers[0]!.bus === first.bus
  );
  return alone ? first : undefined;
}

async function requestInTurn(
  carriers: readonly Carrier[],
  topic: string,
  message: unknown,
  options: RequestOptions | undefined,
): Promise<unknown> {
  let refusal: unknown;
  for (const { bus } of carriers) {
    try {
      return await bus.request(topic, message, options);
    } catch (error) {
      if (!isNoHandler(error)) throw error;
      refusal = error;
    }
  }
  throw refusal;
}

function isNoHandler(error: unknown): boolean {
  return error instanceof CaryatidError && error.code === "NO_HANDLER";
}

function partlyError(
  topic: string,
  refused: Carrier,
  accepted: readonly Carrier[],
  cause: unknown,
): CaryatidError {
  const refusal = cause instanceof CaryatidError
    ? cause
    : new CaryatidError("BUS_UNAVAILABLE", String(cause), { cause });
  const others = accepted.length === 0
    ? "no bus accepted it"
    : `accepted by ${accepted.map(({ id }) => id).join(", ")}`;
  return new CaryatidError(
    refusal.code,
    `Cannot publish on "${topic}": bus ${refused.id} refused it ` +
      `(${refusal.message}), ${others}`,
    { cause: refusal.code === "ABORTED" ? refusal.cause : refusal },
  );
}
