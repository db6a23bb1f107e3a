import type {
  HandleOptions,
  Handler,
  Handling,
  MessageBus,
  OpenOptions,
  PublishOptions,
  RequestOptions,
  SubscribeOptions,
  Subscription,
} from "@caryatid/sdk";
import { listen } from "./listen.ts";
import { MergedHandling } from "./merged_handling.ts";
import { openBuses } from "./open_buses.ts";
import { publishOnAll } from "./publish_on_all.ts";
import { requestInTurn } from "./request_in_turn.ts";
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
      : publishOnAll(way.carriers, topic, message, options);
  }

  /** Subscribes on every bus that may carry a topic of the pattern. */
  subscribe(pattern: string, options: SubscribeOptions = {}): Subscription {
    return listen(this.#table, pattern, options);
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
}
