import type {
  BusSubscribeOptions,
  MessageBus,
  Subscription,
} from "@caryatid/sdk";
import { MergedSubscription } from "./merged_subscription.ts";
import type { Carrier, RouteTable, Way } from "./route_table.ts";

/** Bus and options of one subscription. */
interface BusSubscription {
  readonly bus: MessageBus;
  readonly options: BusSubscribeOptions;
}

/**
 * Subscribes on every bus that may carry a topic of the pattern. One copy of
 * each message is received.
 */
export function subscribeByRoutes(
  table: RouteTable,
  pattern: string,
  options: BusSubscribeOptions,
): Subscription {
  const ways = table.waysOf(pattern);
  const only = onlyCarrier(ways);
  if (only) return only.bus.subscribe(pattern, options);
  const sources = options.group === undefined
    ? everyCarrier(table, ways, options)
    : everyMeeting(table, ways, options);
  const subscriptions = sources.map(({ bus, options }) =>
    bus.subscribe(pattern, options)
  );
  return subscriptions.length === 1
    ? subscriptions[0]!
    : new MergedSubscription(pattern, subscriptions);
}

/**
 * A subscriber to a route of several buses receives from one local bus, and
 * from every external one except for its own echo.
 */
function everyCarrier(
  table: RouteTable,
  ways: readonly Way[],
  options: BusSubscribeOptions,
): BusSubscription[] {
  const carriers = new Set(ways.flatMap(({ carriers }) => carriers));
  return Array.from(carriers, ({ id, bus }) => {
    const receivedHere = (topic: string) => table.wayOf(topic)?.home.id === id;
    const carried = (topic: string) =>
      table.wayOf(topic)?.carriers.some((carrier) => carrier.id === id) ??
        false;
    const { external } = bus.abilities;
    const own = narrowed(options, external ? carried : receivedHere);
    return { bus, options: external ? { ...own, echo: receivedHere } : own };
  });
}

/** Subscribes the members of a group on one bus of each route. */
function everyMeeting(
  table: RouteTable,
  ways: readonly Way[],
  options: BusSubscribeOptions,
): BusSubscription[] {
  const meetings = new Set(ways.map(({ meeting }) => meeting));
  return Array.from(meetings, ({ id, bus }) => ({
    bus,
    options: narrowed(
      options,
      (topic) => table.wayOf(topic)?.meeting.id === id,
    ),
  }));
}

/**
 * Restricts `options` to topics for which `wanted` returns true.
 */
function narrowed(
  options: BusSubscribeOptions,
  wanted: (topic: string) => boolean,
): BusSubscribeOptions {
  const { filter } = options;
  return {
    ...options,
    filter: filter ? (topic) => wanted(topic) && filter(topic) : wanted,
  };
}

function onlyCarrier(ways: readonly Way[]): Carrier | undefined {
  const first = ways[0]!.home;
  const alone = ways.every(({ carriers }) =>
    carriers.length === 1 && carriers[0]!.bus === first.bus
  );
  return alone ? first : undefined;
}
