import {
  CaryatidError,
  type MessageBus,
  patternsOverlap,
  topicMatches,
  validateTopic,
} from "@caryatid/sdk";
import {
  requestedTopic,
  requestPattern,
  requestTopic,
  TopicCache,
} from "@caryatid/sdk/bus";

/** Which bus, or buses, carry the topics of a pattern. */
export interface Route {
  /** The topics it is for; the first route that matches is taken. */
  readonly pattern: string;
  /** Ids of buses. */
  readonly buses: readonly string[];
}

/** A bus and the id that routes call it by. */
export interface Carrier {
  readonly id: string;
  readonly bus: MessageBus;
}

/** Who carries a topic. */
export interface Way {
  /** Everybody who carries it, in the order of the route. */
  readonly carriers: readonly Carrier[];
  /** The one that a subscriber in this process hears its own process on: a local bus, where the route names one. */
  readonly home: Carrier;
  /** The one where groups and handlers meet: the first that reaches other processes, else the first. */
  readonly meeting: Carrier;
}

/** Stands for the id of a request where only the route matters. */
const ANY_ID = "0".repeat(16);

/** Routes, and what they mean for a topic or a pattern. A route also carries the requests on its topics. */
export class RouteTable {
  readonly #routes: readonly { pattern: string; way: Way }[];
  /** Where the first route carries everything, no topic needs a look. */
  readonly #only: Way | undefined;
  readonly #ways = new TopicCache((topic) =>
    this.#first(topic, (pattern) => topicMatches(pattern, topic))
  );
  readonly #requestWays = new TopicCache((topic) => {
    const wire = requestTopic(topic, ANY_ID);
    return this.#first(
      topic,
      (pattern) => topicMatches(pattern, topic) || topicMatches(pattern, wire),
    );
  });

  /** @throws {CaryatidError} `NO_ROUTE` if a route names a bus that isn't there */
  constructor(
    routes: readonly Route[],
    buses: ReadonlyMap<string, MessageBus>,
  ) {
    const carriers = new Map(
      [...buses].map(([id, bus]) => [id, { id, bus }] as const),
    );
    this.#routes = routes.map(({ pattern, buses: ids }) => ({
      pattern,
      way: wayOver(ids.map((id) => carrier(id, pattern, carriers))),
    }));
    const [first] = this.#routes;
    if (first?.pattern === "#") this.#only = first.way;
  }

  /**
   * Who carries messages on `topic`. What is no topic at all is found by whoever carries it.
   *
   * @throws {CaryatidError} `NO_ROUTE` or `INVALID_TOPIC`
   */
  way(topic: string): Way {
    if (this.#only !== undefined) return this.#only;
    // What requests travel on is new each time: remembered by the topic that they are made on.
    const requested = requestedTopic(topic);
    return requested === undefined
      ? this.#ways.get(topic)
      : this.#requestWays.get(requested);
  }

  /** As `way`, of a topic that comes from elsewhere: undefined where there is none. */
  wayOf(topic: string): Way | undefined {
    try {
      return this.way(topic);
    } catch {
      return undefined; // another process has other routes, or other topics
    }
  }

  /** Who carries requests on `topic`: the first route that names it, or what its requests travel on. */
  requestWay(topic: string): Way {
    return this.#only ?? this.#requestWays.get(topic);
  }

  /**
   * Every way that a topic of `pattern` may take.
   *
   * @throws {CaryatidError} `NO_ROUTE` if there is none
   */
  waysOf(pattern: string): readonly Way[] {
    return this.#all(pattern, (route) =>
      patternsOverlap(route, pattern) ||
      patternsOverlap(requestPattern(route), pattern));
  }

  /** Every way that a request on a topic of `pattern` may take. */
  requestWaysOf(pattern: string): readonly Way[] {
    const wire = requestPattern(pattern);
    return this.#all(
      pattern,
      (route) =>
        patternsOverlap(route, pattern) || patternsOverlap(route, wire),
    );
  }

  #first(topic: string, fits: (pattern: string) => boolean): Way {
    validateTopic(topic);
    const route = this.#routes.find(({ pattern }) => fits(pattern));
    if (route) return route.way;
    throw noRouteError(`publish on "${topic}"`, topic);
  }

  #all(pattern: string, fits: (route: string) => boolean): readonly Way[] {
    const ways = this.#routes.filter((route) => fits(route.pattern))
      .map(({ way }) => way);
    if (ways.length > 0) return ways;
    throw noRouteError(`listen to "${pattern}"`, pattern);
  }
}

function carrier(
  id: string,
  pattern: string,
  carriers: ReadonlyMap<string, Carrier>,
): Carrier {
  const known = carriers.get(id);
  if (known) return known;
  throw new CaryatidError(
    "NO_ROUTE",
    `Cannot route "${pattern}" to "${id}": there is no such bus`,
    { hint: `the buses are ${[...carriers.keys()].join(", ") || "none"}` },
  );
}

function wayOver(carriers: readonly Carrier[]): Way {
  const first = carriers[0];
  if (first === undefined) {
    throw new CaryatidError("NO_ROUTE", "Cannot use a route without a bus");
  }
  return {
    carriers,
    home: carriers.find(({ bus }) => !bus.abilities.external) ?? first,
    meeting: carriers.find(({ bus }) => bus.abilities.external) ?? first,
  };
}

function noRouteError(what: string, topic: string): CaryatidError {
  return new CaryatidError("NO_ROUTE", `Cannot ${what}: no route matches`, {
    hint: `add a [[message-router.route]] with pattern = "${topic}" or "#"`,
  });
}
