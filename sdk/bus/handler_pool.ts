import { abortedError } from "../errors.ts";
import type { HandleOptions, Handler, Handling } from "../handling.ts";
import { Deadlines } from "./deadlines.ts";
import { checkConcurrency, checkRetry } from "./options.ts";
import type { PendingRequest } from "./pending_request.ts";
import { describeHandlerFailure } from "./remote_failure.ts";
import { Retries, type Retry } from "./retries.ts";
import { Ring } from "./collections.ts";

const NOW = Promise.resolve();

/**
 * Number of waiting requests at which settled ones are removed.
 */
const SWEEP_AT = 64;

/**
 * Handlings of one pattern, and the requests that wait for a free one.
 *
 * @example
 * ```ts
 * import { Deadlines, HandlerPool, PendingRequest } from "@caryatid/sdk/bus";
 * import assert from "node:assert/strict";
 *
 * const deadlines = new Deadlines();
 * const pool = new HandlerPool("double", deadlines);
 * pool.add(({ message }) => 2 * (message as number), {}, () => {});
 * const owner = { settled() {}, late() {} };
 * const pending = new PendingRequest("double", 21, undefined, owner);
 * pool.submit(pending);
 * assert.equal(await pending.answer, 42);
 * pool.close();
 * deadlines.close();
 * ```
 */
export class HandlerPool {
  /** Pattern of its handlings. */
  readonly pattern: string;
  readonly #deadlines: Deadlines;
  readonly #members: PoolHandling[] = [];
  readonly #requests = new Ring<PendingRequest>();
  /** Members with retries that are due. */
  readonly #retrying = new Set<PoolHandling>();
  #sweepAt = SWEEP_AT;
  #retriesFirst = false;
  #next = 0;
  #pumping = false;

  /**
   * Starts without handlings. `deadlines` are those of the bus.
   */
  constructor(pattern: string, deadlines: Deadlines = new Deadlines()) {
    this.pattern = pattern;
    this.#deadlines = deadlines;
  }

  /** True if it has no handling. */
  get empty(): boolean {
    return this.#members.length === 0;
  }

  /**
   * Adds a handling. Calls `release` once, when it takes no further requests.
   * Throws `INVALID_OPTION`.
   */
  add(
    handler: Handler,
    options: HandleOptions,
    release: () => void,
  ): Handling {
    const handling: PoolHandling = new PoolHandling({
      pattern: this.pattern,
      handler,
      options,
      deadlines: this.#deadlines,
      onFree: () => this.pump(),
      onDue: () => this.#retry(handling),
      release: () => {
        this.#members.splice(this.#members.indexOf(handling), 1);
        if (this.empty) this.#refuseAll();
        release();
      },
    });
    this.#members.push(handling);
    handling.start();
    return handling;
  }

  /**
   * Submits a request to the next free handling. Never runs a handler before it
   * returns.
   */
  submit(pending: PendingRequest): void {
    pending.expectHandler();
    if (this.#requests.length >= this.#sweepAt) this.#sweep();
    this.#requests.push(pending);
    this.pump();
  }

  /** Closes every handling. */
  close(): void {
    for (const member of [...this.#members]) member.close();
  }

  /** Number of requests that wait for a free handling. */
  get waiting(): number {
    return this.#requests.length;
  }

  /** Assigns waiting requests to free handlings. */
  pump(): void {
    if (this.#pumping) return;
    if (this.#requests.length === 0 && this.#retrying.size === 0) return;
    this.#pumping = true;
    NOW.then(this.#pump);
  }

  /**
   * Removes settled requests, such as those that timed out or were aborted. The
   * next removal follows when the queue has doubled, so that its cost per
   * request is constant.
   */
  #sweep(): void {
    this.#requests.remove(({ settled }) => settled);
    this.#sweepAt = Math.max(SWEEP_AT, 2 * this.#requests.length);
  }

  #retry(member: PoolHandling): void {
    this.#retrying.add(member);
    this.pump();
  }

  #pump = (): void => {
    this.#pumping = false;
    if (this.#retrying.size === 0) return this.#work();
    // Alternates: with one free place, neither new requests nor retries may
    // delay the others.
    this.#retriesFirst = !this.#retriesFirst;
    if (this.#retriesFirst) this.#tryAgain();
    this.#work();
    if (!this.#retriesFirst) this.#tryAgain();
  };

  #work(): void {
    while (this.#requests.length > 0) {
      const member = this.#free();
      if (member === undefined) return;
      const pending = this.#requests.shift()!;
      if (!pending.settled) member.work(pending);
    }
  }

  #tryAgain(): void {
    for (const member of this.#retrying) {
      if (!member.tryAgain()) this.#retrying.delete(member);
    }
  }

  /** Returns the next free member, round robin. */
  #free(): PoolHandling | undefined {
    for (let tries = this.#members.length; tries > 0; tries--) {
      this.#next = (this.#next + 1) % this.#members.length;
      const member = this.#members[this.#next]!;
      if (member.free) return member;
    }
    return undefined;
  }

  #refuseAll(): void {
    for (
      let pending = this.#requests.shift();
      pending !== undefined;
      pending = this.#requests.shift()
    ) {
      pending.handlerGone();
    }
  }
}

const READY = Promise.resolve();

/** Options of {@linkcode PoolHandling}. */
interface PoolHandlingOptions {
  /** Pattern of its topics. */
  readonly pattern: string;
  /** Handler of its requests. */
  readonly handler: Handler;
  /** Options of `handle`. */
  readonly options: HandleOptions;
  /** Deadlines of its retries. */
  readonly deadlines: Deadlines;
  /** Called when it can take one more request. */
  readonly onFree: () => void;
  /** Called when one more retry is due. */
  readonly onDue: () => void;
  /** Removes it from the pool. Called once. */
  readonly release: () => void;
}

/** Handling of a {@linkcode HandlerPool}. */
class PoolHandling implements Handling {
  /** Pattern of its topics. */
  readonly pattern: string;
  /** Resolved, unless its signal has fired. */
  readonly ready: Promise<void>;
  /** Number of requests that it works on. */
  running = 0;
  readonly #onFree: () => void;
  readonly #handler: Handler;
  readonly #concurrency: number;
  readonly #retries: Retries | undefined;
  readonly #release: () => void;
  readonly #signal: AbortSignal | undefined;
  readonly #onError: HandleOptions["onError"];
  #closed: Promise<void> | undefined;

  /** Takes no requests before `start`. Throws `INVALID_OPTION`. */
  constructor(all: PoolHandlingOptions) {
    const { pattern, handler, options, deadlines, onDue } = all;
    this.pattern = pattern;
    this.#onFree = all.onFree;
    this.#handler = handler;
    this.#concurrency = checkConcurrency(options);
    const retry = checkRetry(options);
    if (retry.attempts > 1) {
      this.#retries = new Retries({ retry, deadlines, onDue });
    }
    this.#release = all.release;
    this.#signal = options.signal;
    this.#onError = options.onError;
    this.ready = this.#signal?.aborted
      ? Promise.reject(abortedError(`handle "${this.pattern}"`, this.#signal))
      : READY;
    // an unawaited rejection would end the program
    this.ready.catch(() => {});
  }

  /** True once it is closed. */
  get closed(): boolean {
    return this.#closed !== undefined;
  }

  /** True if it can take one more request. */
  get free(): boolean {
    return this.running < this.#concurrency;
  }

  /** Closes when its signal fires. */
  start(): void {
    if (this.#signal?.aborted) this.close();
    else this.#signal?.addEventListener("abort", this.#abort, { once: true });
  }

  /** Handles a request. `last` is its retry, if it failed before. */
  work(pending: PendingRequest, last?: Retry): void {
    this.running++;
    let answer: unknown;
    let isAnswer: boolean;
    try {
      answer = this.#handler(pending.request);
      isAnswer = !isThenable(answer); // a proxy may throw on access
    } catch (error) {
      return this.#failed(pending, error, last);
    }
    if (isAnswer) return this.#done(pending, answer);
    Promise.resolve(answer).then(
      (value) => this.#done(pending, value),
      (error) => this.#failed(pending, error, last),
    );
  }

  /**
   * Makes the attempts that are due, as far as it can take requests. Returns
   * true if more are due.
   */
  tryAgain(): boolean {
    const retries = this.#retries!;
    for (let due = retries.due; due > 0 && this.free; due--) {
      const retry = retries.shift();
      if (retry) this.work(retry.pending, retry);
    }
    return retries.due > 0;
  }

  /**
   * Takes no further requests and makes no further attempts. Requests in flight
   * are finished. Harmless twice.
   */
  close(): Promise<void> {
    if (this.#closed === undefined) {
      this.#closed = READY;
      this.#signal?.removeEventListener("abort", this.#abort);
      this.#retries?.close();
      this.#release();
    }
    return this.#closed;
  }

  /** Calls `close`. */
  [Symbol.asyncDispose](): Promise<void> {
    return this.close();
  }

  #done(pending: PendingRequest, answer: unknown): void {
    this.running--;
    if (answer === undefined) {
      pending.fail({
        code: "NOT_ENCODABLE",
        message: "it returned undefined; expected an answer (null is one)",
      });
    } else {
      pending.succeed(answer);
    }
    this.#onFree();
  }

  #failed(
    pending: PendingRequest,
    error: unknown,
    last: Retry | undefined,
  ): void {
    this.running--;
    this.#onError?.(error, pending.request);
    const failure = describeHandlerFailure(error);
    if (!this.#retries?.plan(pending, failure, last)) pending.fail(failure);
    this.#onFree();
  }

  #abort = (): void => {
    this.close();
  };
}

function isThenable(value: unknown): boolean {
  return typeof value === "object" && value !== null && "then" in value;
}
