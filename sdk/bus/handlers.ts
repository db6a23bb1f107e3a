import { abortedError, CaryatidError } from "../errors.ts";
import type { HandleOptions, Handler, Handling } from "../handling.ts";
import type { RequestOptions } from "../message_bus.ts";
import { validatePattern } from "../topic.ts";
import { UnorderedSet } from "./collections.ts";
import { checkTimeout, type Deadlines, type Timers } from "./deadlines.ts";
import { HandlerPool } from "./handler_pool.ts";
import { checkConcurrency, checkRetry } from "./options.ts";
import { PatternIndex, TopicCache } from "./pattern_index.ts";
import {
  type LocalRequest,
  noHandlerError,
  type PendingOwner,
  PendingRequest,
  requestTimeoutError,
} from "./pending_request.ts";
import { validateRequestTopic } from "./request_topics.ts";
import { MAX_WAITING } from "./publisher_queue.ts";

/**
 * Longest wait for an answer, in milliseconds, unless the request or its bus
 * sets it.
 */
export const REQUEST_TIMEOUT = 5_000;

/**
 * Handlers of one bus in this process, and the requests in flight.
 *
 * @example
 * ```ts
 * import { Deadlines, Handlers } from "@caryatid/sdk/bus";
 * import assert from "node:assert/strict";
 *
 * const deadlines = new Deadlines();
 * const handlers = new Handlers(deadlines);
 * handlers.handle("double", ({ message }) => 2 * (message as number));
 * assert.equal(await handlers.request("double", 21, undefined), 42);
 * await assert.rejects(handlers.request("halve", 42, undefined), {
 *   code: "NO_HANDLER",
 * });
 * deadlines.close();
 * ```
 */
export class Handlers implements PendingOwner {
  /** Number of answers that arrived too late, or second. */
  lateAnswers = 0;
  readonly #index = new PatternIndex<HandlerPool>();
  readonly #pools = new Map<string, HandlerPool>();
  readonly #pending = new UnorderedSet<PendingRequest>();
  readonly #deadlines: Deadlines;
  readonly #clock: Timers | undefined;
  readonly #matches = new TopicCache((topic) => {
    validateRequestTopic(topic);
    return this.#index.match(topic);
  });

  /**
   * Shares `deadlines` with the rest of the bus. Takes the times of requests
   * from `clock` (that of the system).
   */
  constructor(deadlines: Deadlines, clock?: Timers) {
    this.#deadlines = deadlines;
    this.#clock = clock;
  }

  /** Number of requests without an answer yet. */
  get pending(): number {
    return this.#pending.size;
  }

  /** Adds a handler. Throws `INVALID_TOPIC` or `INVALID_OPTION`. */
  handle(
    pattern: string,
    handler: Handler,
    options: HandleOptions = {},
  ): Handling {
    validatePattern(pattern);
    checkConcurrency(options);
    checkRetry(options);
    let pool = this.#pools.get(pattern);
    if (pool === undefined) {
      pool = new HandlerPool(pattern, this.#deadlines);
      this.#pools.set(pattern, pool);
      this.#index.add(pattern, pool);
      this.#matches.clear();
    }
    return pool.add(handler, options, () => {
      if (pool.empty) this.#remove(pool);
    });
  }

  /**
   * Makes a request. Rejects as `MessageBus.request` does. Calls `onSent` with
   * the request and its answer once a handler is found.
   */
  request(
    topic: string,
    message: unknown,
    options: RequestOptions | undefined,
    onSent?: (request: LocalRequest, answer: Promise<unknown>) => void,
  ): Promise<unknown> {
    try {
      const timeout = checkTimeout(options?.timeout, REQUEST_TIMEOUT);
      const pools = this.#matches.get(topic);
      if (options?.signal?.aborted) {
        throw abortedError(`request on "${topic}"`, options.signal);
      }
      if (pools.length === 0) throw noHandlerError(topic);
      if (this.#pending.size >= MAX_WAITING) throw tooManyError(topic);
      const pending = this.#begin(topic, message, options, timeout);
      for (const pool of pools) pool.submit(pending);
      onSent?.(pending.request, pending.answer);
      return pending.answer;
    } catch (error) {
      return Promise.reject(error);
    }
  }

  /** Rejects all pending requests. Handlers finish the requests in flight. */
  end(error: CaryatidError): void {
    for (const pending of this.#pending) pending.abandon(error);
    for (const pool of this.#pools.values()) pool.close();
  }

  /** Called by a request once it has its answer. */
  settled(pending: PendingRequest): void {
    this.#pending.delete(pending);
  }

  /** Called for an answer to a settled request. */
  late(_pending: PendingRequest): void {
    this.lateAnswers++;
  }

  #begin(
    topic: string,
    message: unknown,
    options: RequestOptions | undefined,
    timeout: number,
  ): PendingRequest {
    const pending = new PendingRequest(topic, message, options, this);
    if (this.#clock !== undefined) pending.request.time = this.#clock.now();
    this.#pending.add(pending);
    pending.deadline = this.#deadlines.add(
      timeout,
      () => pending.abandon(requestTimeoutError(topic, timeout)),
    );
    return pending;
  }

  #remove(pool: HandlerPool): void {
    if (this.#pools.get(pool.pattern) === pool) {
      this.#pools.delete(pool.pattern);
    }
    this.#index.delete(pool.pattern, pool);
    this.#matches.clear();
  }
}

function tooManyError(topic: string): CaryatidError {
  return new CaryatidError(
    "OVERFLOW",
    `Cannot request on "${topic}": ${MAX_WAITING} requests wait already`,
    { hint: "Await answers before making further requests." },
  );
}
