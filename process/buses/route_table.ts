import {
  CaryatidError,
  type MessageBus,
  patternCovers,
  patternsOverlap,
  topicMatches,
  validateTopic,
} from "@caryatid/sdk";
import {
  answeredTopic,
  requestedTopic,
  requestPattern,
  requestTopic,
  responsePattern,
} from "@caryatid/sdk/bus";
import { TopicCache } from "@caryatid/sdk/internal/bus";

/** Pattern and the ids of the buses that carry its topics. */
export interface Route {
  /** Pattern of its topics. The first route that matches applies. */
  readonly pattern: string;
  /** Ids of buses. */
  readonly buses: readonly string[];
}

/** Bus with its id. */
export interface Carrier {
  readonly id: string;
  readonly bus: MessageBus;
}

/** Buses of a topic. */
export interface Way {
  /** All buses that carry it, in the order of the route. */
  readonly carriers: readonly Carrier[];
  /**
   * Bus on which a subscriber receives messages of this process: a local bus,
   * if the route has one.
   */
  readonly home: Carrier;
  /**
   * Bus of groups and handlers: the first external bus, else the first one.
   */
  readonly meeting: Carrier;
}

/** Id that stands for any id of a request, to find its route. */
const ANY_ID = "0".repeat(16);

/**
 * Finds the buses of a topic or a pattern. A route also carries the requests on
 * its topics.
 */
export class RouteTable {
  readonly #routes: readonly { pattern: string; way: Way }[];
  /** The route that carries everything, if it is the first one. */
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

  /**
   * @throws {CaryatidError} `NO_ROUTE` if a route names an unknown bus
   */
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
   * Returns the buses that carry messages on `topic`. An invalid topic may be
   * rejected only by its bus.
   *
   * @throws {CaryatidError} `NO_ROUTE` or `INVALID_TOPIC`
   */
  way(topic: string): Way {
    return this.#only ?? this.#wayOf(topic);
  }

  #wayOf(topic: string): Way {
    // Topics of requests and answers are new each time, so the cache uses the
    // topic of the request.
    const requested = requestedTopic(topic) ?? answeredTopic(topic);
    return requested === undefined
      ? this.#ways.get(topic)
      : this.#requestWays.get(requested);
  }

  /**
   * Returns the buses that carry a received topic; undefined without a matching
   * route.
   */
  wayOf(topic: string): Way | undefined {
    try {
      return this.way(topic);
    } catch {
      return undefined; // another process has other routes, or other topics
    }
  }

  /**
   * Returns the buses that carry requests on `topic`: those of the first route
   * that matches it, or its request topics.
   */
  requestWay(topic: string): Way {
    return this.#only ?? this.#requestWays.get(topic);
  }

  /**
   * Returns every way that a topic of `pattern` may take.
   *
   * @throws {CaryatidError} `NO_ROUTE` without a matching route
   */
  waysOf(pattern: string): readonly Way[] {
    return this.#all(pattern, (route) =>
      patternsOverlap(route, pattern) ||
      patternsOverlap(requestPattern(route), pattern) ||
      patternsOverlap(responsePattern(route), pattern));
  }

  /** Returns every way that a request on a topic of `pattern` may take. */
  requestWaysOf(pattern: string): readonly Way[] {
    const wire = requestPattern(pattern);
    return this.#all(
      pattern,
      (route) =>
        patternsOverlap(route, pattern) || patternsOverlap(route, wire),
    );
  }

  /**
   * Returns every bus that may carry a topic of `pattern`, or a request on one:
   * those of the routes that overlap it, up to the first one that takes all of
   * its topics. No bus carries an invalid pattern.
   */
  carriersOf(pattern: string): readonly Carrier[] {
    const wire = requestPattern(pattern);
    const found = new Set<Carrier>();
    for (const { pattern: route, way } of this.#routes) {
      if (!mayShare(route, pattern) && !mayShare(route, wire)) continue;
      for (const carrier of way.carriers) found.add(carrier);
      if (patternCovers(route, pattern)) break;
    }
    return [...found];
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

/** Returns true if both patterns match a topic; false if one is invalid. */
function mayShare(route: string, pattern: string): boolean {
  try {
    return patternsOverlap(route, pattern);
  } catch {
    return false; // such as the request pattern of a topic of 255 bytes
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
    {
      hint: `Use one of the buses ${
        [...carriers.keys()].join(", ") || "(none)"
      }.`,
    },
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
    hint: `Add a [[message-router.route]] with pattern = "${topic}" or "#".`,
  });
}
