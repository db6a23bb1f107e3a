import { abortedError, CaryatidError } from "../errors.ts";
import type { BusHealth } from "../health.ts";
import type { HandleOptions, Handler, Handling } from "../handling.ts";
import type {
  MessageBus,
  PublishOptions,
  RequestOptions,
} from "../message_bus.ts";
import type {
  BusSubscribeOptions,
  Overflow,
  Subscription,
} from "../subscription.ts";
import { answerCopy } from "./answer_copy.ts";
import { ClosedHandling, ClosedSubscription } from "./closed.ts";
import { checkTimeout, Deadlines, type Timers } from "./deadlines.ts";
import { yieldPeriodically } from "./event_loop.ts";
import { Handlers } from "./handlers.ts";
import { LocalDelivery } from "./local_delivery.ts";
import { QUEUE_SIZE } from "./options.ts";
import type { LocalRequest } from "./pending_request.ts";
import { BackPressure } from "./publisher_queue.ts";
import type { ExhaustedDelivery } from "./retries.ts";
import { requestTopic, responseTopic } from "./request_topics.ts";
import { Seals } from "./seals.ts";
import { Subscribers } from "./subscribers.ts";

/** Options of {@linkcode InMemoryBus}. */
export interface InMemoryBusOptions {
  /**
   * Maximum number of unread messages of a subscription that sets no
   * `queueSize` (100).
   */
  readonly queueSize?: number;
  /**
   * Freezes each message and watches its bytes, so that a module that changes a
   * message is found. For development (false).
   */
  readonly freeze?: boolean;
  /** Called at the first drop of a burst. */
  readonly onDrop?: (pattern: string, overflow: Overflow) => void;
  /**
   * Called for each message of a group that failed at every attempt of its
   * `retry`.
   */
  readonly onExhausted?: (delivery: ExhaustedDelivery) => void;
  /** Clock of deadlines and of delivery times (that of the system). */
  readonly clock?: Timers;
}

const DONE = Promise.resolve();

/**
 * Carries messages within this process by reference: subscribers receive the
 * object that was published.
 *
 * Mirrors the `in-memory` bus of caryatid_process.
 *
 * @example
 * ```ts
 * import { InMemoryBus } from "@caryatid/sdk/bus";
 * import assert from "node:assert/strict";
 *
 * await using bus = new InMemoryBus();
 * const greetings = bus.subscribe("greeting.*");
 * const message = { hello: "world" };
 * await bus.publish("greeting.morning", message);
 * for await (const delivery of greetings) {
 *   assert.equal(delivery.message, message);
 *   break;
 * }
 * ```
 */
export class InMemoryBus implements MessageBus {
  /** Messages stay in the process, and each is delivered once. */
  readonly abilities = {
    external: false,
    durable: false,
    exactlyOnce: true,
    backPressure: "publisher",
  } as const;
  readonly #backPressure: BackPressure;
  readonly #subscribers: Subscribers;
  readonly #handlers: Handlers;
  readonly #seals: Seals | undefined;
  /** Clock of delivery times, if it is not the system clock. */
  readonly #clock: Timers | undefined;
  #closed = false;

  /**
   * Opens it. An invalid queue size makes `subscribe` throw `INVALID_OPTION`.
   */
  constructor(options: InMemoryBusOptions = {}) {
    const { queueSize = QUEUE_SIZE, freeze = false, clock } = options;
    const { onDrop, onExhausted } = options;
    const backPressure = new BackPressure(new Deadlines(clock));
    const seals = freeze ? new Seals() : undefined;
    this.#clock = clock;
    this.#seals = seals;
    this.#backPressure = backPressure;
    this.#handlers = new Handlers(backPressure.deadlines, clock);
    this.#subscribers = new Subscribers({
      backPressure,
      queueSize,
      onDrop,
      onExhausted,
      inspect: seals && ((...step) => seals.inspect(...step)),
    });
  }

  /** True once `close` was called. */
  get closed(): boolean {
    return this.#closed;
  }

  /**
   * Returns `connected` until the bus is closed, and the number of late
   * answers.
   */
  health(): readonly BusHealth[] {
    if (this.#closed) return CLOSED;
    const { lateAnswers } = this.#handlers;
    return lateAnswers === 0
      ? CONNECTED
      : [{ id: "", connected: true, lateAnswers }];
  }

  /** Resolves at once: there is nothing to connect. */
  open(): Promise<void> {
    return this.#closed ? Promise.reject(closedError("open")) : DONE;
  }

  /**
   * Queues the message for each subscription. Waits while a queue is full, and
   * for one turn of the event loop after every 1,024 calls.
   */
  publish(
    topic: string,
    message: unknown,
    options?: PublishOptions,
  ): Promise<void> {
    if (this.#closed) {
      return Promise.reject(closedError(`publish on "${topic}"`));
    }
    return yieldPeriodically(this.#publish(topic, message, options));
  }

  /** Subscribes. The subscription is ready at once. */
  subscribe(pattern: string, options?: BusSubscribeOptions): Subscription {
    if (this.#closed) {
      return new ClosedSubscription(
        pattern,
        closedError(`subscribe to "${pattern}"`),
      );
    }
    return this.#subscribers.subscribe(pattern, options);
  }

  /**
   * Calls a handler directly, without request topics. Subscribers of the
   * request topic receive the request, too. Subscribers whose pattern names
   * `_response` receive a copy of the answer.
   */
  request(
    topic: string,
    message: unknown,
    options?: RequestOptions,
  ): Promise<unknown> {
    if (this.#closed) {
      return Promise.reject(closedError(`request on "${topic}"`));
    }
    return yieldPeriodically(this.#request(topic, message, options));
  }

  /** Adds a handler. The handling is ready at once. */
  handle(
    pattern: string,
    handler: Handler,
    options?: HandleOptions,
  ): Handling {
    if (this.#closed) {
      return new ClosedHandling(pattern, closedError(`handle "${pattern}"`));
    }
    return this.#handlers.handle(pattern, handler, options);
  }

  /**
   * Rejects waiting publishes and requests with `BUS_CLOSED`. Loops still
   * receive the queued messages, then end. Harmless twice.
   */
  close(): Promise<void> {
    if (this.#closed) return DONE;
    this.#closed = true;
    const error = closedError("continue");
    this.#subscribers.end(error);
    this.#handlers.end(error);
    this.#backPressure.deadlines.close();
    return DONE;
  }

  /** Calls `close`. */
  [Symbol.asyncDispose](): Promise<void> {
    return this.close();
  }

  #publish(
    topic: string,
    message: unknown,
    options: PublishOptions | undefined,
  ): Promise<void> {
    try {
      if (message === undefined) throw undefinedError(topic);
      if (options !== undefined) checkPublish(topic, options);
      this.#seals?.seal(topic, message);
      const delivery = this.#delivery(topic, message, options);
      return this.#subscribers.deliver(delivery, options) ?? DONE;
    } catch (error) {
      return Promise.reject(error);
    }
  }

  #delivery(
    topic: string,
    message: unknown,
    options: PublishOptions | undefined,
  ): LocalDelivery {
    const delivery = new LocalDelivery(topic, message, options);
    if (this.#clock !== undefined) delivery.time = this.#clock.now();
    return delivery;
  }

  #request(
    topic: string,
    message: unknown,
    options: RequestOptions | undefined,
  ): Promise<unknown> {
    try {
      if (message === undefined) throw undefinedError(topic);
      this.#seals?.seal(topic, message);
      return this.#handlers.request(topic, message, options, this.#copyRequest);
    } catch (error) {
      return Promise.reject(error);
    }
  }

  /**
   * Delivers a request to subscribers of request topics, and its answer to
   * those that name answers. A slow subscriber costs the requester nothing.
   */
  #copyRequest = (request: LocalRequest, answer: Promise<unknown>): void => {
    if (this.#subscribers.observesAnswers) this.#copyAnswer(request, answer);
    const { topic } = request;
    // Before an id and a request topic are made: most requests have no such
    // subscriber.
    if (!this.#subscribers.mayShowRequests(topic)) return;
    const { id, message, options } = request;
    const copied = { ...options, id };
    this.#subscribers.showRequest(
      this.#delivery(requestTopic(topic, id), message, copied),
    );
  };

  async #copyAnswer(
    { topic, id }: LocalRequest,
    answer: Promise<unknown>,
  ): Promise<void> {
    const { message, headers } = await answerCopy(answer);
    const wire = responseTopic(requestTopic(topic, id))!;
    this.#subscribers.showAnswer(
      this.#delivery(wire, message, { headers }),
    );
  }
}

function checkPublish(topic: string, options: PublishOptions): void {
  checkTimeout(options.timeout, 1);
  if (options.signal?.aborted) {
    throw abortedError(`publish on "${topic}"`, options.signal);
  }
}

function closedError(what: string): CaryatidError {
  return new CaryatidError("BUS_CLOSED", `Cannot ${what}: the bus is closed`);
}

function undefinedError(topic: string): CaryatidError {
  return new CaryatidError(
    "NOT_ENCODABLE",
    `Cannot send on "${topic}": found undefined; expected a message`,
    { hint: "Send null for an empty message." },
  );
}

/** Health of a bus that needs no connection, or has it. */
export const CONNECTED: readonly BusHealth[] = Object.freeze([
  Object.freeze({ id: "", connected: true }),
]);

/** Health of a bus that was closed. */
export const CLOSED: readonly BusHealth[] = Object.freeze([
  Object.freeze({ id: "", connected: false, reason: "the bus is closed" }),
]);
