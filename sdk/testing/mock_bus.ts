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
import { validatePattern } from "../topic.ts";
import {
  type FailingCall,
  type FailOptions,
  FailurePlan,
} from "./failure_plan.ts";
import { MockMedium } from "./mock_medium.ts";
import { refusedHandling, refusedSubscription } from "./refused.ts";
import { checkSent, sent, type SentMessage } from "./sent_message.ts";
import { VirtualClock } from "./virtual_clock.ts";

/** What a {@linkcode MockBus} is made of. */
export interface MockBusOptions {
  /** Deadlines of publishes and requests follow it, and the times of deliveries (a new one). */
  readonly clock?: VirtualClock;
  /** Messages that may wait for a subscription unless it says otherwise (100). */
  readonly queueSize?: number;
}

const DONE = Promise.resolve();

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
  readonly #medium: MockMedium;
  readonly #answers = new Map<string, Handling>();
  readonly #failures = new FailurePlan();
  #closed = false;

  /** Nobody listens or answers yet. */
  constructor(options: MockBusOptions = {}) {
    const { clock = new VirtualClock(), queueSize } = options;
    this.clock = clock;
    this.#medium = new MockMedium(clock, queueSize);
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
  open(): Promise<void> {
    return this.#closed ? Promise.reject(closedError("open")) : DONE;
  }

  /** The module publishes. */
  async publish(
    topic: string,
    message: unknown,
    options?: PublishOptions,
  ): Promise<void> {
    const call = sent(topic, message, options);
    this.#check("publish", call);
    this.#failures.throwIfPlanned("publish", topic);
    this.#published.push(call);
    await this.#medium.deliver(topic, message, options);
  }

  /** The module subscribes. */
  subscribe(pattern: string, options?: SubscribeOptions): Subscription {
    validatePattern(pattern);
    const refusal = this.#refusal("subscribe", pattern);
    return refusal
      ? refusedSubscription(pattern, refusal.error)
      : this.#medium.subscribers.subscribe(pattern, options);
  }

  /** The module asks. */
  async request(
    topic: string,
    message: unknown,
    options?: RequestOptions,
  ): Promise<unknown> {
    const call = sent(topic, message, options);
    this.#check("request", call);
    this.#failures.throwIfPlanned("request", topic);
    this.#requested.push(call);
    return await this.#medium.ask(topic, message, options);
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
      : this.#medium.handlers.handle(pattern, handler, options);
  }

  /** Somebody else publishes: the module's subscriptions hear it, and it isn't in {@linkcode MockBus.published}. */
  async inject(
    topic: string,
    message: unknown,
    options?: PublishOptions,
  ): Promise<void> {
    this.#check("publish", sent(topic, message, options));
    await this.#medium.deliver(topic, message, options);
  }

  /** Somebody else asks what the module handles, and resolves with its answer. */
  async ask(
    topic: string,
    message: unknown,
    options?: RequestOptions,
  ): Promise<unknown> {
    this.#check("request", sent(topic, message, options));
    return await this.#medium.ask(topic, message, options);
  }

  /** Somebody else answers what the module requests, from now on. Replaces the last answer for the same pattern. */
  answer(pattern: string, handler: Handler): Handling {
    this.#answers.get(pattern)?.close();
    const handling = this.#medium.handlers.handle(pattern, handler);
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
      this.#medium.end(closedError("go on"));
    }
    return DONE;
  }

  /** As `close`. */
  [Symbol.asyncDispose](): Promise<void> {
    return this.close();
  }

  #check(what: "publish" | "request", call: SentMessage<RequestOptions>): void {
    if (this.#closed) throw closedError(`${what} on "${call.topic}"`);
    checkSent(what, call);
  }

  /** Why a subscription or handling is refused, if it is. */
  #refusal(
    what: "subscribe" | "handle",
    pattern: string,
  ): { error: unknown } | undefined {
    if (!this.#closed) return this.#failures.take(what, pattern);
    return { error: closedError(`${what} "${pattern}"`) };
  }
}

function closedError(what: string): CaryatidError {
  return new CaryatidError("BUS_CLOSED", `Cannot ${what}: the bus is closed`);
}
