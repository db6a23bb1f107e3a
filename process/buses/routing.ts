import {
  type BusHealth,
  type BusSubscribeOptions,
  CaryatidError,
  type DeadLetters,
  type HandleOptions,
  type Handler,
  type Handling,
  type MessageBus,
  type OpenOptions,
  type PublishOptions,
  type RequestOptions,
  type Subscription,
} from "@caryatid/sdk";
import { describeFailure, randomId } from "@caryatid/sdk/bus";
import { untilAborted } from "../platform/until_aborted.ts";
import { mergedDeadLetters } from "./merged_dead_letters.ts";
import { MergedHandling } from "./merged_handling.ts";
import { subscribeByRoutes } from "./route_subscription.ts";
import {
  type Carrier,
  type Route,
  RouteTable,
  type Way,
} from "./route_table.ts";

/** Microtasks that a bus has after an abort to reject with its own reason. */
const MICROTASKS_TO_REJECT = 100;

/** Options of {@linkcode RoutingBus}. */
export interface RoutingBusOptions {
  /**
   * Longest wait for an answer of a request that sets no `timeout`, in
   * milliseconds (5,000).
   */
  readonly requestTimeout?: number;
}

/**
 * Carries each topic on the bus, or buses, that the first matching route names.
 * Subscribes on every bus that may carry a topic of the pattern. A subscriber
 * receives one copy of each message.
 *
 * @example One bus for the clock and one for everything else
 * ```ts
 * import { InMemoryBus, RoutingBus } from "@caryatid/process";
 * import assert from "node:assert/strict";
 *
 * await using bus = new RoutingBus(
 *   [
 *     { pattern: "clock.#", buses: ["internal"] },
 *     { pattern: "#", buses: ["other"] },
 *   ],
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
  /** Timeout of requests that set none, in milliseconds. */
  readonly #requestTimeout: number | undefined;

  /** Throws `NO_ROUTE` if a route names an unknown bus. */
  constructor(
    routes: readonly Route[],
    buses: ReadonlyMap<string, MessageBus>,
    options: RoutingBusOptions = {},
  ) {
    this.#table = new RouteTable(routes, buses);
    this.#buses = buses;
    this.#requestTimeout = options.requestTimeout;
  }

  /** Abilities that all of its buses have. */
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

  /** Dead letters of all buses; undefined if none of them keeps any. */
  get deadLetters(): DeadLetters | undefined {
    return mergedDeadLetters([...this.#buses.values()]);
  }

  /**
   * Returns the state of every bus that a route names; with a pattern, only of
   * routes that may carry its topics or requests.
   */
  health(pattern: string = "#"): readonly BusHealth[] {
    return this.#table.carriersOf(pattern).flatMap(({ id, bus }) =>
      bus.health(pattern).map((health) => ({ ...health, id }))
    );
  }

  /**
   * Opens every bus. Rejects as soon as one of them does, with its id and the
   * reason.
   */
  open(options: OpenOptions = {}): Promise<void> {
    return openBuses(this.#buses, options);
  }

  /**
   * Publishes on every bus of the topic's route. Rejects if one of them
   * rejects; the error names the buses that accepted.
   */
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
  subscribe(pattern: string, options: BusSubscribeOptions = {}): Subscription {
    return subscribeByRoutes(this.#table, pattern, options);
  }

  /**
   * Makes the request on the buses of the topic's route in turn, until a
   * handler answers.
   */
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
    const timed = this.#timed(options);
    return carriers.length === 1
      ? carriers[0]!.bus.request(topic, message, timed)
      : requestInTurn(carriers, topic, message, timed);
  }

  #timed(options: RequestOptions | undefined): RequestOptions | undefined {
    const timeout = this.#requestTimeout;
    return timeout === undefined || options?.timeout !== undefined
      ? options
      : { ...options, timeout };
  }

  /**
   * Adds the handler on one bus of each route: on the first external bus, if
   * there is one.
   */
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

  /** Stops the intake of every bus that has other processes. */
  async stopIntake(): Promise<void> {
    const buses = [...this.#buses.values()];
    await Promise.all(buses.map((bus) => bus.stopIntake?.()));
  }

  /** Closes every bus. */
  async close(): Promise<void> {
    await Promise.all([...this.#buses.values()].map((bus) => bus.close()));
  }

  /** Calls `close`. */
  [Symbol.asyncDispose](): Promise<void> {
    return this.close();
  }
}

/**
 * Opens all buses. Rejects as soon as one of them does, with its id and the
 * reason.
 */
async function openBuses(
  buses: ReadonlyMap<string, MessageBus>,
  options: OpenOptions,
): Promise<void> {
  await Promise.all([...buses].map(([id, bus]) => openOne(id, bus, options)));
}

async function openOne(
  id: string,
  bus: MessageBus,
  options: OpenOptions,
): Promise<void> {
  const { signal } = options;
  const opening = bus.open(options);
  try {
    await (signal ? openOrAbort(opening, signal) : opening);
  } catch (error) {
    throw openError(id, error);
  }
}

/**
 * After an abort, waits a moment for the reason of the bus itself: it knows
 * best why it is not open.
 */
async function openOrAbort(
  opening: Promise<void>,
  signal: AbortSignal,
): Promise<void> {
  try {
    await untilAborted(opening, signal);
  } catch {
    await Promise.race([opening, abortLater()]);
  }
}

async function abortLater(): Promise<never> {
  for (let settled = 0; settled < MICROTASKS_TO_REJECT; settled++) {
    await undefined;
  }
  throw new CaryatidError("BUS_UNAVAILABLE", "it is not open yet");
}

function openError(id: string, error: unknown): CaryatidError {
  const cause = error instanceof CaryatidError ? error : new CaryatidError(
    "BUS_UNAVAILABLE",
    describeFailure(error).message,
    { cause: error },
  );
  const why = cause.message.replace(/^Cannot /, "it cannot ");
  return new CaryatidError(cause.code, `Cannot open bus "${id}": ${why}`, {
    hint: cause.hint,
    cause,
  });
}

/**
 * Publishes on all buses of a route under one id. Rejects if one of them
 * rejects; the error names the buses that accepted.
 */
async function publishOnAll(
  carriers: readonly Carrier[],
  topic: string,
  message: unknown,
  options: PublishOptions | undefined,
): Promise<void> {
  const named = { ...options, id: options?.id ?? randomId() };
  const results = await Promise.allSettled(
    carriers.map(({ bus }) => bus.publish(topic, message, named)),
  );
  const refused = results.findIndex(({ status }) => status === "rejected");
  if (refused < 0) return;
  const accepted = carriers.filter((_, i) =>
    results[i]!.status === "fulfilled"
  );
  const { reason } = results[refused] as PromiseRejectedResult;
  throw partlyError(topic, carriers[refused]!, accepted, reason);
}

function partlyError(
  topic: string,
  refused: Carrier,
  accepted: readonly Carrier[],
  cause: unknown,
): CaryatidError {
  const refusal = cause instanceof CaryatidError
    ? cause
    : new CaryatidError("BUS_UNAVAILABLE", describeFailure(cause).message, {
      cause,
    });
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

/** Makes the request on one bus after the other, until a handler answers. */
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
