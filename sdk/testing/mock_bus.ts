import { abortedError } from "../aborted.ts";
import { checkTimeout, Deadlines } from "../bus/deadlines.ts";
import { Handlers } from "../bus/handlers.ts";
import { LocalDelivery } from "../bus/local_delivery.ts";
import type { LocalRequest } from "../bus/pending_request.ts";
import { requestTopic, validateRequestTopic } from "../bus/request_topics.ts";
import { Subscribers } from "../bus/subscribers.ts";
import { paced } from "../bus/turn.ts";
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
import {
  type FailingCall,
  type FailOptions,
  FailurePlan,
} from "./failure_plan.ts";
import { refusedHandling, refusedSubscription } from "./refused.ts";
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
  open(): Promise<void> {
    return this.#closed ? Promise.reject(closedError("open")) : DONE;
  }

  /** The module publishes. */
  async publish(
    topic: string,
    message: unknown,
    options?: PublishOptions,
  ): Promise<void> {
    this.#check("publish", topic, message, options);
    this.#failures.throwIfPlanned("publish", topic);
    this.#published.push(sent(topic, message, options));
    await this.#deliver(topic, message, options);
  }

  /** The module subscribes. */
  subscribe(pattern: string, options?: SubscribeOptions): Subscription {
    validatePattern(pattern);
    const refusal = this.#refusal("subscribe", pattern);
    return refusal
      ? refusedSubscription(pattern, refusal.error)
      : this.#subscribers.subscribe(pattern, options);
  }

  /** The module asks. */
  async request(
    topic: string,
    message: unknown,
    options?: RequestOptions,
  ): Promise<unknown> {
    this.#check("request", topic, message, options);
    this.#failures.throwIfPlanned("request", topic);
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
    this.#check("publish", topic, message, options);
    await this.#deliver(topic, message, options);
  }

  /** Somebody else asks what the module handles, and resolves with its answer. */
  async ask(
    topic: string,
    message: unknown,
    options?: RequestOptions,
  ): Promise<unknown> {
    this.#check("request", topic, message, options);
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
    return DONE;
  }

  /** As `close`. */
  [Symbol.asyncDispose](): Promise<void> {
    return this.close();
  }

  #check(
    what: "publish" | "request",
    topic: string,
    message: unknown,
    options: { timeout?: number; signal?: AbortSignal } = {},
  ): void {
    const { timeout, signal } = options;
    if (this.#closed) throw closedError(`${what} on "${topic}"`);
    if (message === undefined) throw undefinedError(topic);
    checkTimeout(timeout, 1);
    if (what === "publish") validateTopic(topic);
    else validateRequestTopic(topic);
    if (signal?.aborted) throw abortedError(`${what} on "${topic}"`, signal);
  }

  #deliver(
    topic: string,
    message: unknown,
    options: PublishOptions | undefined,
  ): Promise<void> {
    const delivery = new MockDelivery(topic, message, options, this.clock);
    return paced(this.#subscribers.deliver(delivery, options) ?? DONE);
  }

  #ask(
    topic: string,
    message: unknown,
    options: RequestOptions | undefined,
  ): Promise<unknown> {
    return paced(
      this.#handlers.request(topic, message, options, this.#tell),
    );
  }

  /** Lets those who listen to requests hear one, as on every bus. */
  #tell = (request: LocalRequest): void => {
    const { topic, id, message, options } = request;
    Object.defineProperty(request, "time", { value: this.clock.now() });
    this.#subscribers.overhear(
      new MockDelivery(
        requestTopic(topic, id),
        message,
        { ...options, id },
        this.clock,
      ),
    );
  };

  /** Why a subscription or handling is refused, if it is. */
  #refusal(
    what: "subscribe" | "handle",
    pattern: string,
  ): { error: unknown } | undefined {
    if (!this.#closed) return this.#failures.take(what, pattern);
    return { error: closedError(`${what} "${pattern}"`) };
  }
}

/** A delivery at the time of the virtual clock. */
class MockDelivery extends LocalDelivery {
  override readonly time: number;

  constructor(
    topic: string,
    message: unknown,
    options: PublishOptions | undefined,
    clock: VirtualClock,
  ) {
    super(topic, message, options);
    this.time = clock.now();
  }
}

/** What the SDK itself adds to options is under symbols, and none of a test's business. */
function sent<Options extends object>(
  topic: string,
  message: unknown,
  options: Options | undefined,
): SentMessage<Options> {
  const own = Object.entries(options ?? {});
  if (own.length === 0) return { topic, message };
  return { topic, message, options: Object.fromEntries(own) as Options };
}

function closedError(what: string): CaryatidError {
  return new CaryatidError("BUS_CLOSED", `Cannot ${what}: the bus is closed`);
}

function undefinedError(topic: string): CaryatidError {
  return new CaryatidError(
    "NOT_ENCODABLE",
    `Cannot send on "${topic}": found undefined, wanted a message`,
    { hint: "null is a message" },
  );
}
