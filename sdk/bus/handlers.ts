import { abortedError } from "../aborted.ts";
import { CaryatidError } from "../errors.ts";
import type {
  HandleOptions,
  Handler,
  Handling,
  RequestOptions,
} from "../message_bus.ts";
import { validatePattern } from "../topic.ts";
import { Bag } from "./bag.ts";
import { checkTimeout, type Deadlines } from "./deadlines.ts";
import { HandlerPool } from "./handler_pool.ts";
import { checkConcurrency, checkRetry } from "./options.ts";
import { PatternIndex } from "./pattern_index.ts";
import {
  type LocalRequest,
  noHandlerError,
  type PendingOwner,
  PendingRequest,
  requestTimeoutError,
} from "./pending_request.ts";
import { validateRequestTopic } from "./request_topics.ts";
import { TopicCache } from "./topic_cache.ts";
import { MOST_WAITING } from "./waiting_room.ts";

/** Longest wait for an answer unless the request or its bus says otherwise, in milliseconds. */
export const REQUEST_TIMEOUT = 5_000;

/**
 * Everybody in this process who answers, and the requests on their way.
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
 * await assert.rejects(handlers.request("halve", 42, undefined), { code: "NO_HANDLER" });
 * deadlines.close();
 * ```
 */
export class Handlers implements PendingOwner {
  /** Answers that came too late, or second. */
  lateAnswers = 0;
  readonly #index = new PatternIndex<HandlerPool>();
  readonly #pools = new Map<string, HandlerPool>();
  readonly #pending = new Bag<PendingRequest>();
  readonly #deadlines: Deadlines;
  readonly #found = new TopicCache((topic) => {
    validateRequestTopic(topic);
    return this.#index.match(topic);
  });

  /** `deadlines` is shared with the rest of the bus. */
  constructor(deadlines: Deadlines) {
    this.#deadlines = deadlines;
  }

  /** Requests without an answer yet. */
  get pending(): number {
    return this.#pending.size;
  }

  /** Answers. Throws `INVALID_TOPIC` or `INVALID_OPTION`. */
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
      this.#found.clear();
    }
    return pool.add(handler, options, () => {
      if (pool.empty) this.#remove(pool);
    });
  }

  /**
   * Asks. Rejects as `MessageBus.request` does; `heard` is called with the question once it is sure that somebody answers.
   */
  request(
    topic: string,
    message: unknown,
    options: RequestOptions | undefined,
    heard?: (request: LocalRequest) => void,
  ): Promise<unknown> {
    try {
      const timeout = checkTimeout(options?.timeout, REQUEST_TIMEOUT);
      const pools = this.#found.get(topic);
      if (options?.signal?.aborted) {
        throw abortedError(`request on "${topic}"`, options.signal);
      }
      if (pools.length === 0) throw noHandlerError(topic);
      if (this.#pending.size >= MOST_WAITING) throw tooManyError(topic);
      const pending = this.#begin(topic, message, options, timeout);
      for (const pool of pools) pool.submit(pending);
      heard?.(pending.request);
      return pending.answer;
    } catch (error) {
      return Promise.reject(error);
    }
  }

  /** Rejects what waits for an answer; handlers finish what they work on. */
  end(error: CaryatidError): void {
    for (const pending of this.#pending) pending.abandon(error);
    for (const pool of this.#pools.values()) pool.close();
  }

  /** Called by a request that has its answer. */
  settled(pending: PendingRequest): void {
    this.#pending.delete(pending);
  }

  /** Called for an answer that nobody waits for. */
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
    this.#found.clear();
  }
}

function tooManyError(topic: string): CaryatidError {
  return new CaryatidError(
    "OVERFLOW",
    `Cannot request on "${topic}": ${MOST_WAITING} requests wait already`,
    { hint: "await answers before asking more" },
  );
}
