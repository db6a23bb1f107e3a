import type { CaryatidError } from "../errors.ts";
import type { Delivery } from "../delivery.ts";
import type { PublishOptions } from "../message_bus.ts";
import type {
  BusSubscribeOptions,
  Overflow,
  Subscription,
} from "../subscription.ts";
import { validatePattern, validateTopic } from "../topic.ts";
import { DeliveryQueue } from "./delivery_queue.ts";
import { Group, type Member } from "./group.ts";
import { acceptWhere, checkSubscribeOptions } from "./options.ts";
import { PatternIndex, TopicCache } from "./pattern_index.ts";
import type { Inspect } from "./queue_loop.ts";
import { QueueSubscription } from "./queue_subscription.ts";
import { namesAnswers, requestTopic } from "./request_topics.ts";
import type { ExhaustedDelivery } from "./retries.ts";
import type { BackPressure } from "./publisher_queue.ts";

/** Options of {@linkcode Subscribers}. */
export interface SubscribersOptions {
  /** Shared by all queues of a bus. */
  readonly backPressure: BackPressure;
  /** Queue size of a subscription that sets none (100). */
  readonly queueSize?: number | undefined;
  /** Called at the first drop of a burst. */
  readonly onDrop?: ((pattern: string, overflow: Overflow) => void) | undefined;
  /**
   * Called for each delivery of a group that failed at every attempt of its
   * `retry`.
   */
  readonly onExhausted?: ((given: ExhaustedDelivery) => void) | undefined;
  /** Checks each delivery before and after a step. */
  readonly inspect?: Inspect | undefined;
}

/** A queue and its filter of topics. */
interface Target {
  readonly queue: DeliveryQueue;
  readonly filter: ((topic: string) => boolean) | undefined;
}

/**
 * Id that stands for all ids of requests: only a pattern with an id
 * distinguishes them.
 */
const ANY_ID = "0000000000000000";
const ENDS_WITH_ID = /\.[0-9a-f]{16}$/;

/**
 * Subscriptions of one bus in this process. Delivers each message to all that
 * match.
 *
 * @example
 * ```ts
 * import { BackPressure, LocalDelivery, Subscribers } from "@caryatid/sdk/bus";
 * import assert from "node:assert/strict";
 *
 * const backPressure = new BackPressure();
 * const subscribers = new Subscribers({ backPressure });
 * const greetings = subscribers.subscribe("greeting.*");
 * const delivery = new LocalDelivery("greeting.morning", "hello", undefined);
 * await subscribers.deliver(delivery, undefined);
 * for await (const { message } of greetings) {
 *   assert.equal(message, "hello");
 *   break;
 * }
 * backPressure.deadlines.close();
 * ```
 */
export class Subscribers {
  readonly #options: SubscribersOptions;
  readonly #index = new PatternIndex<Target>();
  readonly #groups = new Map<string, JoinedGroup>();
  readonly #targets = new Set<Target>();
  readonly #subscriptions = new Set<QueueSubscription>();
  #filters = 0;
  #ids = 0;
  #observersOfAnswers = 0;
  readonly #showsRequests = new TopicCache((topic) =>
    this.#ids > 0 ||
    this.#index.match(requestTopic(topic, ANY_ID)).length > 0
  );
  readonly #matches = new TopicCache((topic) => {
    validateTopic(topic);
    return this.#find(topic);
  });

  /** Starts without subscriptions. */
  constructor(options: SubscribersOptions) {
    this.#options = options;
  }

  /** Number of queues. Members of a group share one. */
  get size(): number {
    return this.#targets.size;
  }

  /** Subscribes. Throws `INVALID_TOPIC` or `INVALID_OPTION`. */
  subscribe(pattern: string, options: BusSubscribeOptions = {}): Subscription {
    validatePattern(pattern);
    const { queueSize, overflow: wanted } = checkSubscribeOptions(
      options,
      this.#options.queueSize,
    );
    const mayWait = options.mayBlock !== false || options.group !== undefined;
    const overflow = wanted === "wait" && !mayWait ? "drop-newest" : wanted;
    const { group, signal, accept, where, budget } = options;
    const member = { queueSize, overflow, where, budget };
    const joined = group === undefined
      ? undefined
      : this.#join(group, pattern, options, member);
    const target = joined?.target ?? this.#add(pattern, options, member);
    const subscription = new QueueSubscription({
      queue: target.queue,
      grouped: joined !== undefined,
      signal,
      inspect: this.#options.inspect,
      accept: joined && where ? acceptWhere(where, accept) : accept,
      onFailed: joined?.group.failed(options),
      release: (subscription) => {
        this.#subscriptions.delete(subscription);
        if (joined) this.#leave(joined, member);
        else this.#remove(target);
      },
    });
    if (!subscription.closed) this.#subscriptions.add(subscription);
    return subscription;
  }

  /**
   * Delivers to all subscriptions of the topic. Returns undefined if all queues
   * accepted it, else a promise that the slowest queue settles and that rejects
   * if one rejects.
   *
   * @throws {CaryatidError} `INVALID_TOPIC`
   */
  deliver(
    delivery: Delivery,
    options: PublishOptions | undefined,
  ): Promise<void> | undefined {
    const targets = this.#matches.get(delivery.topic);
    return targets.length === 1
      ? targets[0]!.queue.push(delivery, options)
      : pushToAll(targets, delivery, options);
  }

  /**
   * Returns true if a subscription may match the request topics of `topic`. The
   * result is cached.
   */
  mayShowRequests(topic: string): boolean {
    return this.#targets.size > 0 && this.#showsRequests.get(topic);
  }

  /**
   * Delivers a copy of a request to subscriptions of its request topic. Its
   * topic is not cached, and the requester does not wait: a full queue drops
   * and counts it.
   */
  showRequest(delivery: Delivery): void {
    for (const { queue } of this.#find(delivery.topic)) queue.offer(delivery);
  }

  /**
   * True if a subscription names answers by the word `_response` of its
   * pattern.
   */
  get observesAnswers(): boolean {
    return this.#observersOfAnswers > 0;
  }

  /**
   * Delivers a copy of an answer to subscriptions whose pattern names answers.
   * A full queue drops and counts it.
   */
  showAnswer(delivery: Delivery): void {
    for (const { queue } of this.#find(delivery.topic)) {
      if (namesAnswers(queue.pattern)) queue.offer(delivery);
    }
  }

  /** Ends every subscription. Queued messages can still be read. */
  end(error: CaryatidError): void {
    for (const { queue } of this.#targets) queue.end(error);
    for (const subscription of this.#subscriptions) subscription.end();
    this.#subscriptions.clear();
    this.#targets.clear();
    for (const { group } of this.#groups.values()) group.end();
    this.#groups.clear();
  }

  #find(topic: string): readonly Target[] {
    const targets = this.#index.match(topic);
    if (this.#filters === 0) return targets;
    return targets.filter(({ filter }) =>
      filter === undefined || wants(filter, topic)
    );
  }

  #add(
    pattern: string,
    { filter }: BusSubscribeOptions,
    { queueSize: size, overflow, where, budget }: Member,
  ): Target {
    const { backPressure, onDrop } = this.#options;
    const wanted = { pattern, size, overflow, where, budget };
    const queue = new DeliveryQueue({ ...wanted, backPressure, onDrop });
    const target = { queue, filter };
    this.#index.add(pattern, target);
    this.#targets.add(target);
    if (filter) this.#filters++;
    if (ENDS_WITH_ID.test(pattern)) this.#ids++;
    if (namesAnswers(pattern)) this.#observersOfAnswers++;
    this.#clearCaches();
    return target;
  }

  #remove(target: Target): void {
    const { pattern } = target.queue;
    this.#index.delete(pattern, target);
    if (this.#targets.delete(target)) {
      if (target.filter) this.#filters--;
      if (ENDS_WITH_ID.test(pattern)) this.#ids--;
      if (namesAnswers(pattern)) this.#observersOfAnswers--;
    }
    this.#clearCaches();
    target.queue.close();
  }

  /** Clears the caches after a change of subscriptions. */
  #clearCaches(): void {
    this.#matches.clear();
    this.#showsRequests.clear();
  }

  #join(
    name: string,
    pattern: string,
    options: BusSubscribeOptions,
    member: Member,
  ): JoinedGroup {
    const key = JSON.stringify([name, pattern]);
    const there = this.#groups.get(key);
    if (there) {
      there.group.join(name, member);
      return there;
    }
    const none = { ...member, queueSize: 0, budget: undefined };
    const target = this.#add(pattern, options, none);
    const { backPressure, onExhausted } = this.#options;
    const group = new Group({ queue: target.queue, backPressure, onExhausted });
    group.join(name, member);
    const joined = { key, target, group };
    this.#groups.set(key, joined);
    return joined;
  }

  #leave({ key, target, group }: JoinedGroup, member: Member): void {
    if (!group.leave(member)) return;
    this.#groups.delete(key);
    this.#remove(target);
  }
}

/**
 * Pushes `delivery` to the queues of all `targets`. Returns undefined if all
 * accepted it, else a promise that the slowest settles.
 */
function pushToAll(
  targets: readonly Target[],
  delivery: Delivery,
  options: PublishOptions | undefined,
): Promise<void> | undefined {
  let waits: Promise<void>[] | undefined; // made only when a queue is full
  for (let i = 0; i < targets.length; i++) {
    const wait = targets[i]!.queue.push(delivery, options);
    if (wait) (waits ??= []).push(wait);
  }
  return waits && allSettled(waits);
}

/**
 * Rejects with the first error, but only when all have settled: the other
 * queues have the delivery by then.
 */
async function allSettled(waits: readonly Promise<void>[]): Promise<void> {
  for (const result of await Promise.allSettled(waits)) {
    if (result.status === "rejected") throw result.reason;
  }
}

/**
 * Returns false if the filter throws: its error must not reach the publisher.
 */
function wants(filter: (topic: string) => boolean, topic: string): boolean {
  try {
    return filter(topic);
  } catch {
    return false;
  }
}

/** A group and its queue. */
interface JoinedGroup {
  readonly key: string;
  readonly target: Target;
  readonly group: Group;
}
