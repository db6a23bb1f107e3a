import type { MessageBus, SubscribeOptions, Subscription } from "@caryatid/sdk";
import { MergedSubscription } from "./merged_subscription.ts";
import type { Carrier, RouteTable, Way } from "./route_table.ts";

/** Where to subscribe, and how. */
interface Source {
  readonly bus: MessageBus;
  readonly options: SubscribeOptions;
}

/** Subscribes on every bus that may carry a topic of the pattern, so that of each message one copy is heard. */
export function listen(
  table: RouteTable,
  pattern: string,
  options: SubscribeOptions,
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

/** Of a route to several buses a subscriber hears one local bus, and every external one but for its own echo there. */
function everyCarrier(
  table: RouteTable,
  ways: readonly Way[],
  options: SubscribeOptions,
): Source[] {
  const carriers = new Set(ways.flatMap(({ carriers }) => carriers));
  return Array.from(carriers, ({ id, bus }) => {
    const heardHere = (topic: string) => table.wayOf(topic)?.home.id === id;
    const carried = (topic: string) =>
      table.wayOf(topic)?.carriers.some((carrier) => carrier.id === id) ??
        false;
    const { external } = bus.abilities;
    const own = narrowed(options, external ? carried : heardHere);
    return { bus, options: external ? { ...own, echo: heardHere } : own };
  });
}

/** The members of a group have to meet on one bus. */
function everyMeeting(
  table: RouteTable,
  ways: readonly Way[],
  options: SubscribeOptions,
): Source[] {
  const meetings = new Set(ways.map(({ meeting }) => meeting));
  return Array.from(meetings, ({ id, bus }) => ({
    bus,
    options: narrowed(
      options,
      (topic) => table.wayOf(topic)?.meeting.id === id,
    ),
  }));
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
