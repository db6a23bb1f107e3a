import {
  CaryatidError,
  type HandleOptions,
  type Handler,
  type Handling,
  type MessageBus,
  type Overflow,
  type PublishOptions,
  type RequestOptions,
  type SubscribeOptions,
  type Subscription,
} from "@caryatid/sdk";
import {
  abortedError,
  checkTimeout,
  type GivenUp,
  Handlers,
  LocalDelivery,
  type LocalRequest,
  paced,
  QUEUE_SIZE,
  requestTopic,
  Subscribers,
  WaitingRoom,
} from "@caryatid/sdk/bus";
import { ClosedHandling, ClosedSubscription } from "./closed.ts";
import { Seals } from "./seals.ts";

/** How an {@linkcode InMemoryBus} behaves. */
export interface InMemoryBusOptions {
  /** Messages that may wait for a subscription unless it says otherwise (100). */
  readonly queueSize?: number;
  /** Freezes each message and watches its bytes, so that a module which changes one is found. For development (false). */
  readonly freeze?: boolean;
  /** Called at the first drop of a burst. */
  readonly onDrop?: (pattern: string, overflow: Overflow) => void;
  /** Called for each message of a group that is given up after the attempts of its `retry`. */
  readonly onGivenUp?: (given: GivenUp) => void;
}

const DONE = Promise.resolve();

/**
 * Carries messages within this process by reference: what is published is what arrives.
 *
 * Mirrors the `in-memory` bus of caryatid_process.
 *
 * @example
 * ```ts
 * import { InMemoryBus } from "@caryatid/process";
 * import assert from "node:assert/strict";
 *
 * await using bus = new InMemoryBus();
 * const heard = bus.subscribe("greeting.*");
 * const message = { hello: "world" };
 * await bus.publish("greeting.morning", message);
 * for await (const delivery of heard) {
 *   assert.equal(delivery.message, message);
 *   break;
 * }
 * ```
 */
export class InMemoryBus implements MessageBus {
  /** Nothing leaves the process; each delivery is handed out once. */
  readonly abilities = {
    external: false,
    durable: false,
    exactlyOnce: true,
    backPressure: "publisher",
  } as const;
  readonly #room = new WaitingRoom();
  readonly #subscribers: Subscribers;
  readonly #handlers = new Handlers(this.#room.deadlines);
  readonly #seals: Seals | undefined;
  #closed = false;

  /** Nobody listens yet. A queue size that doesn't exist makes `subscribe` throw `INVALID_OPTION`. */
  constructor(options: InMemoryBusOptions = {}) {
    const { queueSize = QUEUE_SIZE, freeze = false } = options;
    const { onDrop, onGivenUp } = options;
    const seals = this.#seals = freeze ? new Seals() : undefined;
    this.#subscribers = new Subscribers({
      room: this.#room,
      queueSize,
      onDrop,
      onGivenUp,
      inspect: seals && ((...step) => seals.inspect(...step)),
    });
  }

  /** There is nothing to connect. */
  open(): Promise<void> {
    return this.#closed ? Promise.reject(closedError("open")) : DONE;
  }

  /** Queues the message for each subscription; waits only when one is full, or to let timers and signals have their turn. */
  publish(
    topic: string,
    message: unknown,
    options?: PublishOptions,
  ): Promise<void> {
    if (this.#closed) {
      return Promise.reject(closedError(`publish on "${topic}"`));
    }
    return paced(this.#publish(topic, message, options));
  }

  /** Listens, from now on. */
  subscribe(pattern: string, options?: SubscribeOptions): Subscription {
    if (this.#closed) {
      return new ClosedSubscription(
        pattern,
        closedError(`subscribe to "${pattern}"`),
      );
    }
    return this.#subscribers.subscribe(pattern, options);
  }

  /** Asks a handler, without a detour over topics; who listens to requests hears it all the same. */
  request(
    topic: string,
    message: unknown,
    options?: RequestOptions,
  ): Promise<unknown> {
    if (this.#closed) {
      return Promise.reject(closedError(`request on "${topic}"`));
    }
    return paced(this.#request(topic, message, options));
  }

  /** Answers, from now on. */
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

  /** Rejects what waits; what is queued can still be read, then loops end. */
  close(): Promise<void> {
    if (this.#closed) return DONE;
    this.#closed = true;
    const error = closedError("go on");
    this.#subscribers.end(error);
    this.#handlers.end(error);
    this.#room.deadlines.close();
    return DONE;
  }

  /** As `close`. */
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
      const delivery = new LocalDelivery(topic, message, options);
      return this.#subscribers.deliver(delivery, options) ?? DONE;
    } catch (error) {
      return Promise.reject(error);
    }
  }

  #request(
    topic: string,
    message: unknown,
    options: RequestOptions | undefined,
  ): Promise<unknown> {
    try {
      if (message === undefined) throw undefinedError(topic);
      this.#seals?.seal(topic, message);
      return this.#handlers.request(topic, message, options, this.#tell);
    } catch (error) {
      return Promise.reject(error);
    }
  }

  /** Lets those who listen to requests hear one. A slow one costs the requester nothing. */
  #tell = (request: LocalRequest): void => {
    const { topic } = request;
    // Before there is an id, and a topic with it: most requests are heard by nobody else.
    if (!this.#subscribers.mayOverhear(topic)) return;
    const { id, message, options } = request;
    const heard = { ...options, id };
    this.#subscribers.overhear(
      new LocalDelivery(requestTopic(topic, id), message, heard),
    );
  };
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
    `Cannot send on "${topic}": found undefined, wanted a message`,
    { hint: "null is a message" },
  );
}
