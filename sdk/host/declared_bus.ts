import { BusLayer } from "../bus/layers.ts";
import { TopicCache } from "../bus/pattern_index.ts";
import type { HandleOptions, Handler, Handling } from "../handling.ts";
import type {
  MessageBus,
  PublishOptions,
  RequestOptions,
} from "../message_bus.ts";
import type { BusSubscribeOptions, Subscription } from "../subscription.ts";
import { patternCovers, topicWords, wordsMatch } from "../topic.ts";
import type { Topics } from "../topics.ts";

/**
 * Called for each use of an undeclared topic or group; the use fails with the
 * result. `key` is the list of the declaration that lacks `name`.
 */
export type OnUndeclaredTopic = (
  key: keyof Topics,
  name: string,
) => Error | undefined;

/**
 * Layer for a module that declares its topics. It reports every use of another
 * topic, and forwards the call.
 *
 * @example
 * ```ts
 * import { DeclaredBus } from "@caryatid/sdk/internal/host";
 * import { MockBus } from "@caryatid/sdk/testing";
 * import assert from "node:assert/strict";
 *
 * const undeclared: string[] = [];
 * await using mock = new MockBus();
 * const bus = new DeclaredBus(mock, { publish: ["order.#"] }, (use, topic) => {
 *   undeclared.push(`${use} ${topic}`);
 *   return undefined;
 * });
 * await bus.publish("order.new", 1);
 * await bus.publish("invoice.new", 2);
 * assert.deepEqual(undeclared, ["publish invoice.new"]);
 * ```
 */
export class DeclaredBus extends BusLayer {
  readonly #topics: Topics;
  readonly #onUndeclared: OnUndeclaredTopic;
  readonly #published: TopicCache<boolean>;
  readonly #requested: TopicCache<boolean>;
  /**
   * A declared topic. Most publishes use the topic of the one before, and the
   * lookup is half of the cost of this layer.
   */
  #lastTopic: string | undefined;

  /** Wraps `inner` for a module that declares `topics`. */
  constructor(
    inner: MessageBus,
    topics: Topics,
    onUndeclared: OnUndeclaredTopic,
  ) {
    super(inner);
    this.#topics = topics;
    this.#onUndeclared = onUndeclared;
    this.#published = matches(topics.publish);
    this.#requested = matches(topics.request);
  }

  /** Publishes. Reports an undeclared topic. */
  override publish(
    topic: string,
    message: unknown,
    options?: PublishOptions,
  ): Promise<void> {
    if (topic !== this.#lastTopic) {
      if (this.#published.get(topic)) this.#lastTopic = topic;
      else {
        const error = this.#onUndeclared("publish", topic);
        if (error) return Promise.reject(error);
      }
    }
    return this.inner.publish(topic, message, options);
  }

  /**
   * Subscribes. Reports a pattern that the declared ones do not cover, and an
   * undeclared group.
   */
  override subscribe(
    pattern: string,
    options?: BusSubscribeOptions,
  ): Subscription {
    this.#check("subscribe", pattern);
    this.#checkGroup(options?.group);
    return this.inner.subscribe(pattern, options);
  }

  /** Makes a request. Reports an undeclared topic. */
  override request(
    topic: string,
    message: unknown,
    options?: RequestOptions,
  ): Promise<unknown> {
    if (!this.#requested.get(topic)) {
      const error = this.#onUndeclared("request", topic);
      if (error) return Promise.reject(error);
    }
    return this.inner.request(topic, message, options);
  }

  /** Adds a handler. Reports a pattern that the declared ones do not cover. */
  override handle(
    pattern: string,
    handler: Handler,
    options?: HandleOptions,
  ): Handling {
    this.#check("handle", pattern);
    return this.inner.handle(pattern, handler, options);
  }

  #check(use: "subscribe" | "handle", pattern: string): void {
    const declared = this.#topics[use] ?? [];
    if (declared.some((wide) => patternCovers(wide, pattern))) return;
    const error = this.#onUndeclared(use, pattern);
    if (error) throw error;
  }

  #checkGroup(group: string | undefined): void {
    if (group === undefined || this.#topics.groups?.includes(group)) return;
    const error = this.#onUndeclared("groups", group);
    if (error) throw error;
  }
}

/**
 * Returns whether a pattern matches a topic. Any value that is not a string
 * passes: the bus rejects it.
 */
function matches(patterns: readonly string[] = []): TopicCache<boolean> {
  const all = patterns.map(topicWords);
  return new TopicCache((topic) => {
    if (typeof topic !== "string") return true;
    const words = topicWords(topic);
    return all.some((pattern) => wordsMatch(pattern, words));
  });
}
