import { TopicCache } from "../bus/topic_cache.ts";
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
} from "../message_bus.ts";
import { patternCovers } from "../pattern_covers.ts";
import { topicWords, wordsMatch } from "../topic.ts";
import type { Topics, TopicUse } from "../topics.ts";

/** Hears of each use that isn't declared. What it gives is what the call fails with; the call goes on where it gives nothing. */
export type OnStray = (use: TopicUse, topic: string) => Error | undefined;

/**
 * The bus as a module has it that has declared its topics: whatever it does beside them is told, and passed on.
 *
 * @example
 * ```ts
 * import { DeclaredBus } from "@caryatid/sdk/host";
 * import { MockBus } from "@caryatid/sdk/testing";
 * import assert from "node:assert/strict";
 *
 * const told: string[] = [];
 * await using mock = new MockBus();
 * const bus = new DeclaredBus(mock, { publish: ["order.#"] }, (use, topic) => {
 *   told.push(`${use} ${topic}`);
 *   return undefined;
 * });
 * await bus.publish("order.new", 1);
 * await bus.publish("invoice.new", 2);
 * assert.deepEqual(told, ["publish invoice.new"]);
 * ```
 */
export class DeclaredBus implements MessageBus {
  readonly #bus: MessageBus;
  readonly #topics: Topics;
  readonly #onStray: OnStray;
  readonly #published: TopicCache<boolean>;
  readonly #requested: TopicCache<boolean>;
  /** Declared. Most publishes are on the topic of the one before, and a call less is half of what this layer costs. */
  #lastTopic: string | undefined;

  /** Does all that `bus` does. */
  constructor(bus: MessageBus, topics: Topics, onStray: OnStray) {
    this.#bus = bus;
    this.#topics = topics;
    this.#onStray = onStray;
    this.#published = matches(topics.publish);
    this.#requested = matches(topics.request);
  }

  get abilities(): MessageBus["abilities"] {
    return this.#bus.abilities;
  }

  open(options?: OpenOptions): Promise<void> {
    return this.#bus.open(options);
  }

  publish(
    topic: string,
    message: unknown,
    options?: PublishOptions,
  ): Promise<void> {
    if (topic !== this.#lastTopic) {
      if (this.#published.get(topic)) this.#lastTopic = topic;
      else {
        const error = this.#onStray("publish", topic);
        if (error) return Promise.reject(error);
      }
    }
    return this.#bus.publish(topic, message, options);
  }

  subscribe(pattern: string, options?: SubscribeOptions): Subscription {
    this.#check("subscribe", pattern);
    return this.#bus.subscribe(pattern, options);
  }

  request(
    topic: string,
    message: unknown,
    options?: RequestOptions,
  ): Promise<unknown> {
    if (!this.#requested.get(topic)) {
      const error = this.#onStray("request", topic);
      if (error) return Promise.reject(error);
    }
    return this.#bus.request(topic, message, options);
  }

  handle(
    pattern: string,
    handler: Handler,
    options?: HandleOptions,
  ): Handling {
    this.#check("handle", pattern);
    return this.#bus.handle(pattern, handler, options);
  }

  close(): Promise<void> {
    return this.#bus.close();
  }

  /** As `close`. */
  [Symbol.asyncDispose](): Promise<void> {
    return this.close();
  }

  #check(use: "subscribe" | "handle", pattern: string): void {
    const declared = this.#topics[use] ?? [];
    if (declared.some((wide) => patternCovers(wide, pattern))) return;
    const error = this.#onStray(use, pattern);
    if (error) throw error;
  }
}

/** Whether one of the patterns has a topic. What is no topic at all is for the bus to refuse. */
function matches(patterns: readonly string[] = []): TopicCache<boolean> {
  const all = patterns.map(topicWords);
  return new TopicCache((topic) => {
    if (typeof topic !== "string") return true;
    const words = topicWords(topic);
    return all.some((pattern) => wordsMatch(pattern, words));
  });
}
