import { ClosedHandling, ClosedSubscription } from "../bus/closed.ts";
import { InMemoryBus } from "../bus/in_memory.ts";
import { BusLayer } from "../bus/layers.ts";
import type { HandleOptions, Handler, Handling } from "../handling.ts";
import type { PublishOptions, RequestOptions } from "../message_bus.ts";
import type { BusSubscribeOptions, Subscription } from "../subscription.ts";
import { validatePattern } from "../topic.ts";
import {
  type FailingCall,
  type FailOptions,
  FailurePlan,
} from "./failure_plan.ts";
import { checkSent, sent, type SentMessage } from "./sent_message.ts";
import { VirtualClock } from "./virtual_clock.ts";

/** Options of {@linkcode MockBus}. */
export interface MockBusOptions {
  /** Clock of deadlines and of delivery times (a new one). */
  readonly clock?: VirtualClock;
  /**
   * Maximum number of unread messages of a subscription that sets no
   * `queueSize` (100).
   */
  readonly queueSize?: number;
}

/**
 * Bus for the test of one module. It wraps an `InMemoryBus`, records what the
 * module sends, plays the other modules, and fails on demand. Deadlines follow
 * a {@linkcode VirtualClock}.
 *
 * The module's own subscriptions and handlers receive what it sends, too.
 *
 * @example Play the other modules
 * ```ts
 * import { MockBus } from "@caryatid/sdk/testing";
 * import assert from "node:assert/strict";
 *
 * await using bus = new MockBus();
 * bus.answer("weather.*", ({ topic }) => ({ degrees: 20, on: topic }));
 *
 * // calls of a module:
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
export class MockBus extends BusLayer {
  /** Clock of deadlines and of delivery times. */
  readonly clock: VirtualClock;
  readonly #memory: InMemoryBus;
  readonly #published: SentMessage<PublishOptions>[] = [];
  readonly #requested: SentMessage<RequestOptions>[] = [];
  readonly #answers = new Map<string, Handling>();
  readonly #failures = new FailurePlan();

  /** Opens it, without subscriptions and handlers. */
  constructor(options: MockBusOptions = {}) {
    const { clock = new VirtualClock(), ...rest } = options;
    const memory = new InMemoryBus({ clock, ...rest });
    super(memory);
    this.clock = clock;
    this.#memory = memory;
  }

  /**
   * Messages that the module published, in order, except for those that were
   * rejected at once.
   */
  get published(): readonly SentMessage<PublishOptions>[] {
    return this.#published;
  }

  /**
   * Requests that the module made, in order, except for those that were
   * rejected at once. `NO_HANDLER` does not count as such.
   */
  get requested(): readonly SentMessage<RequestOptions>[] {
    return this.#requested;
  }

  /** Publishes for the module. */
  override async publish(
    topic: string,
    message: unknown,
    options?: PublishOptions,
  ): Promise<void> {
    const call = sent(topic, message, options);
    if (!this.#memory.closed) {
      checkSent("publish", call);
      this.#failures.throwIfPlanned("publish", topic);
      this.#published.push(call);
    }
    await super.publish(topic, message, options);
  }

  /** Subscribes for the module. */
  override subscribe(
    pattern: string,
    options?: BusSubscribeOptions,
  ): Subscription {
    validatePattern(pattern);
    const failure = this.#memory.closed
      ? undefined
      : this.#failures.take("subscribe", pattern);
    return failure
      ? new ClosedSubscription(pattern, failure.error)
      : super.subscribe(pattern, options);
  }

  /** Makes a request for the module. */
  override async request(
    topic: string,
    message: unknown,
    options?: RequestOptions,
  ): Promise<unknown> {
    const call = sent(topic, message, options);
    if (!this.#memory.closed) {
      checkSent("request", call);
      this.#failures.throwIfPlanned("request", topic);
      this.#requested.push(call);
    }
    return await super.request(topic, message, options);
  }

  /** Adds a handler of the module. */
  override handle(
    pattern: string,
    handler: Handler,
    options?: HandleOptions,
  ): Handling {
    validatePattern(pattern);
    const failure = this.#memory.closed
      ? undefined
      : this.#failures.take("handle", pattern);
    return failure
      ? new ClosedHandling(pattern, failure.error)
      : super.handle(pattern, handler, options);
  }

  /**
   * Publishes for another module: {@linkcode MockBus.published} does not
   * contain the message.
   */
  async inject(
    topic: string,
    message: unknown,
    options?: PublishOptions,
  ): Promise<void> {
    if (!this.#memory.closed) {
      checkSent("publish", sent(topic, message, options));
    }
    await this.#memory.publish(topic, message, options);
  }

  /**
   * Makes a request for another module, and resolves with the answer of the
   * module under test.
   */
  async ask(
    topic: string,
    message: unknown,
    options?: RequestOptions,
  ): Promise<unknown> {
    if (!this.#memory.closed) {
      checkSent("request", sent(topic, message, options));
    }
    return await this.#memory.request(topic, message, options);
  }

  /**
   * Answers requests for another module. Replaces the last answer for the same
   * pattern.
   */
  answer(pattern: string, handler: Handler): Handling {
    this.#answers.get(pattern)?.close();
    const handling = this.#memory.handle(pattern, handler);
    this.#answers.set(pattern, handling);
    return handling;
  }

  /**
   * Makes the module's next call of that kind fail with `error`, or the next
   * `times` calls. A publish or request rejects. A subscription or handling is
   * closed and never ready.
   */
  fail(what: FailingCall, error: unknown, options: FailOptions = {}): void {
    this.#failures.add(what, error, options);
  }
}
