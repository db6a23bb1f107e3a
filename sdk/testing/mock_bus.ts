import { abortedError } from "../aborted.ts";
import { checkTimeout, Deadlines } from "../bus/deadlines.ts";
import { DeliveryQueue } from "../bus/delivery_queue.ts";
import { Handlers } from "../bus/handlers.ts";
import { LocalDelivery } from "../bus/local_delivery.ts";
import type { LocalRequest } from "../bus/pending_request.ts";
import { QueueSubscription } from "../bus/queue_subscription.ts";
import { requestTopic, validateRequestTopic } from "../bus/request_topics.ts";
import { Subscribers } from "../bus/subscribers.ts";
import { yieldNowAndThen } from "../bus/turn.ts";
import { WaitingRoom } from "../bus/waiting_room.ts";
import { CaryatidError } from "../errors.ts";
import type {
  HandleOptions,
  Handler,
  Handling,
  MessageBus,
  PublishOptions,
  RequestOptions,
  SubscribeOptions,
  Subscription,
} from "../message_bus.ts";
import { validatePattern, validateTopic } from "../topic.ts";
import { type FailingCall, FailurePlan, type FailOptions } from "./failure_plan.ts";
import { VirtualClock } from "./virtual_clock.ts";

/** What a {@linkcode MockBus} is made of. */
export interface MockBusOptions {
  /** Deadlines of publishes and requests follow it, and the times of deliveries (a new one). */
  readonly clock?: VirtualClock;
  /** Messages that may wait for a subscription unless it says otherwise (100). */
  readonly queueSize?: number;
}

/** What a module sent. */
export interface SentMessage<Options> {
  /** Where to. */
  readonly topic: string;
  /** The very object. */
  readonly message: unknown;
  /** With which options, where there are any. */
  readonly options?: Options;
}

/**
 * A bus for the test of one module: it keeps the contract of the in-memory bus, remembers what the module sends, plays the
 * others, and fails on demand. Its deadlines follow a {@linkcode VirtualClock}.
 *
 * What the module publishes reaches its own subscriptions too, and what it requests its own handlers.
 *
 * @example Play the others
 * ```ts
 * import { MockBus } from "@caryatid/sdk/testing";
 * import assert from "node:assert/strict";
 *
 * await using bus = new MockBus();
 * bus.answer("weather.*", ({ topic }) => ({ degrees: 20, on: topic }));
 *
 * // what a module does:
 * await bus.publish("log.line", "hello");
 * const answer = await bus.request("weather.paris", null);
 *
 * assert.deepEqual(answer, { degrees: 20, on: "weather.paris" });
 * assert.deepEqual(bus.published, [{ topic: "log.line", message: "hello" }]);
 * assert.deepEqual(bus.requested, [{ topic: "weather.paris", message: null }]);
 * ```
 * @example Fail, once
 * ```ts
 * import { CaryatidError } from "@caryatid/sdk";
 * import { MockBus } from "@caryatid/sdk/testing";
 * import assert from "node:assert/strict";
 *
 * await using bus = new MockBus();
 * bus.fail("publish", new CaryatidError("BUS_UNAVAILABLE", "Cannot reach it"));
 * await assert.rejects(bus.publish("a", 1), { code: "BUS_UNAVAILABLE" });
 * await bus.publish("a", 2);
 * ```
 */
export class MockBus implements MessageBus {
  /** As those of the in-memory bus. */
  readonly abilities: MessageBus["abilities"] = {
    external: false,
    durable: false,
    exactlyOnce: true,
    backPressure: "publisher",
  };
  /** What its deadlines and the times of deliveries follow. */
  readonly clock: VirtualClock;
  readonly #published: SentMessage<PublishOptions>[] = [];
  readonly #requested: SentMessage<RequestOptions>[] = [];
  readonly #room: WaitingRoom;
  readonly #subscribers: Subscribers;
  readonly #handlers: Handlers;
  readonly #answers = new Map<string, Handling>();
  readonly #failures = new FailurePlan();
  #closed = false;

  /** Nobody listens or answers yet. */
  constructor(options: MockBusOptions = {}) {
    const { clock = new VirtualClock(), queueSize } = options;
    this.clock = clock;
    this.#room = new WaitingRoom(new Deadlines(clock));
    this.#subscribers = new Subscribers({ room: this.#room, queueSize });
    this.#handlers = new Handlers(this.#room.deadlines);
  }

  /** What the module published, in order, but for what was refused at once. */
  get published(): readonly SentMessage<PublishOptions>[] {
    return this.#published;
  }

  /** What the module requested, in order, but for what was refused at once. That nobody answered is no refusal. */
  get requested(): readonly SentMessage<RequestOptions>[] {
    return this.#requested;
  }

  /** There is nothing to connect. */
  async open(): Promise<void> {
    if (this.#closed) throw await Promise.reject(closedError("open"));
  }

  /** The module publishes. */
  async publish(
    topic: string,
    message: unknown,
    options?: PublishOptions,
  ): Promise<void> {
    this.#checkPublish(topic, message, options);
    this.#failIfPlanned("publish", topic);
    this.#published.push(sent(topic, message, options));
    await this.#deliver(topic, message, options);
  }

  /** The module subscribes. */
  subscribe(pattern: string, options?: SubscribeOptions): Subscription {
    validatePattern(pattern);
    const refusal = this.#refusal("subscribe", pattern);
    return refusal
      ? refusedSubscription(pattern, this.#room, refusal.error)
      : this.#subscribers.subscribe(pattern, options);
  }

  /** The module asks. */
  async request(
    topic: string,
    message: unknown,
    options?: RequestOptions,
  ): Promise<unknown> {
    this.#checkRequest(topic, message, options);
    this.#failIfPlanned("request", topic);
    this.#requested.push(sent(topic, message, options));
    return await this.#ask(topic, message, options);
  }

  /** The module answers. */
  handle(
    pattern: string,
    handler: Handler,
    options?: HandleOptions,
  ): Handling {
    validatePattern(pattern);
    const refusal = this.#refusal("handle", pattern);
    return refusal
      ? refusedHandling(pattern, refusal.error)
      : this.#handlers.handle(pattern, handler, options);
  }

  /** Somebody else publishes: the module's subscriptions hear it, and it isn't in {@linkcode MockBus.published}. */
  async inject(
    topic: string,
    message: unknown,
    options?: PublishOptions,
  ): Promise<void> {
    this.#checkPublish(topic, message, options);
    await this.#deliver(topic, message, options);
  }

  /** Somebody else asks what the module handles, and resolves with its answer. */
  async ask(
    topic: string,
    message: unknown,
    options?: RequestOptions,
  ): Promise<unknown> {
    this.#checkRequest(topic, message, options);
    return await this.#ask(topic, message, options);
  }

  /** Somebody else answers what the module requests, from now on. Replaces the last answer for the same pattern. */
  answer(pattern: string, handler: Handler): Handling {
    this.#answers.get(pattern)?.close();
    const handling = this.#handlers.handle(pattern, handler);
    this.#answers.set(pattern, handling);
    return handling;
  }

  /**
   * Has the module's next call of that kind fail with `error`, or the next `times` calls: publishes and requests reject; a
   * subscription or handling is never ready, and closed.
   */
  fail(what: FailingCall, error: unknown, options: FailOptions = {}): void {
    this.#failures.add(what, error, options);
  }

  /** Rejects what waits; what is queued can still be read, then loops end. Harmless twice. */
  close(): Promise<void> {
    if (!this.#closed) {
      this.#closed = true;
      const error = closedError("go on");
      this.#subscribers.end(error);
      this.#handlers.end(error);
      this.#room.deadlines.close();
    }
    return Promise.resolve();
  }

  /** As `close`. */
  [Symbol.asyncDispose](): Promise<void> {
    return this.close();
  }
