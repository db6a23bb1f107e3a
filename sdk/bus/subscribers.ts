import type { CaryatidError } from "../errors.ts";
import type {
  Delivery,
  Overflow,
  PublishOptions,
  SubscribeOptions,
  Subscription,
} from "../message_bus.ts";
import { validatePattern, validateTopic } from "../topic.ts";
import { DeliveryQueue } from "./delivery_queue.ts";
import { fanOut } from "./fan_out.ts";
import { Group, type Member } from "./group.ts";
import { acceptWhere } from "./left_out.ts";
import { checkSubscribeOptions } from "./options.ts";
import { PatternIndex } from "./pattern_index.ts";
import { type Inspect, QueueSubscription } from "./queue_subscription.ts";
import { requestTopic } from "./request_topics.ts";
import { TopicCache } from "./topic_cache.ts";
import type { GivenUp } from "./unfinished.ts";
import type { WaitingRoom } from "./waiting_room.ts";

/** What {@linkcode Subscribers} are made of. */
export interface SubscribersOptions {
  /** Where publishers wait. */
  readonly room: WaitingRoom;
  /** Queue size of a subscription which names none (100). */
  readonly queueSize?: number | undefined;
  /** Called at the first drop of a burst. */
  readonly onDrop?: ((pattern: string, overflow: Overflow) => void) | undefined;
  /** Hears of each delivery of a group that is given up, after the attempts of `retry`. */
  readonly onGivenUp?: ((given: GivenUp) => void) | undefined;
  /** Looks at each delivery before and after a step. */
  readonly inspect?: Inspect | undefined;
}

/** A queue, and what it doesn't want to hear. */
interface Target {
  readonly queue: DeliveryQueue;
  readonly filter: ((topic: string) => boolean) | undefined;
}

/** Stands for the ids of all requests, which no pattern but one that names an id tells apart. */
const SOME_ID = "0000000000000000";
const NAMES_AN_ID = /\.[0-9a-f]{16}$/;

/**
 * Everybody in this process who listens, and the fan-out of a delivery to them.
 *
 * @example
 * ```ts
 * import { LocalDelivery, Subscribers, WaitingRoom } from "@caryatid/sdk/bus";
 * import assert from "node:assert/strict";
 *
 * const room = new WaitingRoom();
 * const subscribers = new Subscribers({ room });
 * const heard = subscribers.subscribe("greeting.*");
 * await subscribers.deliver(new LocalDelivery("greeting.morning", "hello", undefined), undefined);
 * for await (const { message } of heard) {
 *   assert.equal(message, "hello");
 *   break;
 * }
 * room.deadlines.close();
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
  readonly #overheard = new TopicCache((topic) =>
    this.#ids > 0 ||
    this.#index.match(requestTopic(topic, SOME_ID)).length > 0
  );
  readonly #found = new TopicCache((topic) => {
    validateTopic(topic);
    return this.#find(topic);
  });

  /** Nobody listens yet. */
  constructor(options: SubscribersOptions) {
    this.#options = options;
  }

  /** How many queues there are; the members of a group share one. */
  get size(): number {
    return this.#targets.size;
  }

  /** Listens. Throws `INVALID_TOPIC` or `INVALID_OPTION`. */
  subscribe(pattern: string, options: SubscribeOptions = {}): Subscription {
    validatePattern(pattern);
    const { queueSize, overflow } = checkSubscribeOptions(
      options,
      this.#options.queueSize,
    );
    const { group, signal, accept, where } = options;
    const member = { queueSize, overflow, where };
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
   * Gives `delivery` to all who listen to its topic. Undefined when all took it; else a promise of the slowest, which rejects
   * if one of them refused.
   *
   * @throws {CaryatidError} `INVALID_TOPIC`
   */
  deliver(
    delivery: Delivery,
    options: PublishOptions | undefined,
  ): Promise<void> | undefined {
    return fanOut(this.#found.get(delivery.topic), delivery, options);
  }

  /** Whether somebody may hear a request on `topic`: it is asked for each, and remembered by topic. */
  mayOverhear(topic: string): boolean {
    return this.#targets.size > 0 && this.#overheard.get(topic);
  }

  /**
   * Lets those who listen to requests hear one. Its topic will not come again, and the requester doesn't wait for them: where a
   * queue is full it is dropped, and counted.
   */
  overhear(delivery: Delivery): void {
    for (const { queue } of this.#find(delivery.topic)) queue.offer(delivery);
  }

  /** Ends every subscription; what they have in their queues can still be read. */
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
    { filter }: SubscribeOptions,
    { queueSize: size, overflow, where }: Member,
  ): Target {
    const { room, onDrop } = this.#options;
    const wanted = { pattern, size, overflow, where };
    const queue = new DeliveryQueue({ ...wanted, room, onDrop });
    const target = { queue, filter };
    this.#index.add(pattern, target);
    this.#targets.add(target);
    if (filter) this.#filters++;
    if (NAMES_AN_ID.test(pattern)) this.#ids++;
    this.#forget();
    return target;
  }

  #remove(target: Target): void {
    const { pattern } = target.queue;
    this.#index.delete(pattern, target);
    if (this.#targets.delete(target)) {
      if (target.filter) this.#filters--;
      if (NAMES_AN_ID.test(pattern)) this.#ids--;
    }
    this.#forget();
    target.queue.close();
  }

  /** Who listens has changed. */
  #forget(): void {
    this.#found.clear();
    this.#overheard.clear();
  }

  #join(
    name: string,
    pattern: string,
    options: SubscribeOptions,
    member: Member,
  ): JoinedGroup {
    const key = JSON.stringify([name, pattern]);
    const there = this.#groups.get(key);
    if (there) {
      there.group.join(name, member);
      return there;
    }
    const target = this.#add(pattern, options, { ...member, queueSize: 0 });
    const { room, onGivenUp } = this.#options;
    const group = new Group({ queue: target.queue, room, onGivenUp });
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

/** Nobody who publishes is to suffer from what a filter throws. */
function wants(filter: (topic: string) => boolean, topic: string): boolean {
  try {
    return filter(topic);
  } catch {
    return false;
  }
}

/** A group, and where its deliveries come from. */
interface JoinedGroup {
  readonly key: string;
  readonly target: Target;
  readonly group: Group;
}
