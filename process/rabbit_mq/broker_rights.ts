import { patternsOverlap, type TopicUse } from "@caryatid/sdk";
import {
  namesAnswers,
  requestPattern,
  responseTopic,
  topicWords,
} from "@caryatid/sdk/bus";
import { BrokerAddress } from "./connection/address.ts";
import { bindable } from "./connection/queues.ts";
import { namesOf } from "./connection/topology.ts";
import type { RabbitMqSettings } from "./settings.ts";

/** Rights of a user on the topics of one exchange, as regular expressions. */
export interface TopicRights {
  readonly exchange: string;
  readonly write: readonly string[];
  readonly read: readonly string[];
}

/**
 * Rights that a user of the broker needs, as regular expressions without
 * anchors.
 */
export interface BrokerRights {
  /** Host and port. */
  readonly broker: string;
  readonly vhost: string;
  readonly user: string;
  /**
   * Exchanges and queues that are declared, written and read: each process
   * declares and binds everything that it uses.
   */
  readonly names: readonly string[];
  /** Exchanges that are only written. */
  readonly written: readonly string[];
  readonly topics: readonly TopicRights[];
}

/** Patterns of topics by their use. */
export type UsedTopics = Readonly<Record<TopicUse, readonly string[]>>;

/** Returns the rights that a bus needs for these topics. */
export function brokerRights(
  settings: RabbitMqSettings,
  used: UsedTopics,
): BrokerRights {
  const { shown: broker, vhost, user } = new BrokerAddress(
    [settings.url].flat()[0]!,
  );
  return {
    broker,
    vhost,
    user,
    names: namesFor(settings, used),
    written: [escaped("amq.default")],
    topics: topicRights(settings, used),
  };
}

/**
 * Returns the regular expression of the topics that a pattern matches, and of
 * the bindings of narrower patterns.
 */
export function topicExpression(pattern: string): string {
  const words = topicWords(pattern)
    .filter((word, index, all) => word !== "#" || all[index - 1] !== "#");
  const [first] = words;
  if (words.length === 1 && first === "#") return ".*";
  return words.map((word, index) => {
    const isLast = index === words.length - 1;
    if (word === "#") return isLast ? "(\\.[^.]*)*" : "([^.]*\\.)*";
    const next = words[index + 1];
    const dot = isLast || (next === "#" && index + 1 === words.length - 1)
      ? ""
      : "\\.";
    return (word === "*" ? "[^.]*" : escaped(word)) + dot;
  }).join("");
}

function namesFor(
  settings: RabbitMqSettings,
  { subscribe, handle }: UsedTopics,
): string[] {
  const { exchange, "dead-letter-exchange": dead } = settings;
  const own = escaped(exchange);
  return [
    ...Object.values(namesOf(exchange)).map(escaped),
    escaped("amq.gen-") + ".*",
    // A subscription may be a member of any group.
    ...(subscribe.length > 0
      ? [`${own}\\.(group|bound|suspect|later)\\..*`]
      : []),
    ...(subscribe.length > 0 && dead !== undefined ? [escaped(dead)] : []),
    ...(handle.length > 0 ? handlerQueues(settings, handle) : []),
  ];
}

function handlerQueues(
  settings: RabbitMqSettings,
  handle: readonly string[],
): string[] {
  return settings["join-rust-handlers"]
    ? handle.map((pattern) => topicExpression(requestPattern(pattern)))
    : [`${escaped(settings.exchange)}\\.handlers\\..*`];
}

function topicRights(
  settings: RabbitMqSettings,
  { publish, subscribe, request, handle }: UsedTopics,
): TopicRights[] {
  const names = namesOf(settings.exchange);
  const dead = settings["dead-letter-exchange"];
  const bound = subscribe.map(bindable);
  const observing = bound.filter((one) => patternsOverlap(one, "#._request.*"));
  const requests = request.map(requestPattern);
  const handled = handle.map(requestPattern).map(bindable);
  const answersTo = (patterns: readonly string[]) =>
    patterns.map((pattern) => responseTopic(requestPattern(pattern))!);
  const rights = (
    exchange: string,
    write: readonly string[],
    read: readonly string[],
  ) => ({ exchange, write: expressions(write), read: expressions(read) });
  const shared = rights(
    names.shared,
    requests,
    [...bound, ...handled, ...answersTo(request)],
  );
  return [
    observing.length > 0 ? { ...shared, read: withAll(shared.read) } : shared,
    {
      exchange: names.front,
      write: expressions([...publish, ...answersTo(handle)]),
      read: withAll(expressions(bound)),
    },
    rights(names.requests, request, handle.map(bindable)),
    rights(names.observers, requests, observing),
    rights(names.answers, answersTo(request), bound.filter(namesAnswers)),
    ...(subscribe.length > 0 && dead !== undefined
      ? [{ exchange: dead, write: expressions(subscribe), read: ["#"] }]
      : []),
  ];
}

/** Adds the binding of everything, which binds exchanges to each other. */
function withAll(read: readonly string[]): string[] {
  return [...new Set(["#", ...read])];
}

function expressions(patterns: readonly string[]): string[] {
  return [...new Set(patterns.map(topicExpression))];
}

function escaped(text: string): string {
  return text.replace(/[.*+?^${}()|[\]\\]/g, "\\$&");
}
