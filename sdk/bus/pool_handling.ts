import { abortedError } from "../aborted.ts";
import type { HandleOptions, Handler, Handling } from "../message_bus.ts";
import type { Deadlines } from "./deadlines.ts";
import { checkConcurrency, checkRetry } from "./options.ts";
import type { PendingRequest } from "./pending_request.ts";
import { describeFailure } from "./remote_failure.ts";
import { Retries, type Retry } from "./retries.ts";

const READY = Promise.resolve();

/** What a {@linkcode PoolHandling} is made of. */
export interface PoolHandlingOptions {
  /** What it answers. */
  readonly pattern: string;
  /** Answers. */
  readonly handler: Handler;
  /** As `handle` was given them. */
  readonly options: HandleOptions;
  /** Where its retries wait. */
  readonly deadlines: Deadlines;
  /** Called when it has room for one more. */
  readonly onFree: () => void;
  /** Called when it has one more to try again. */
  readonly onDue: () => void;
  /** Takes it out of the pool; called once. */
  readonly release: () => void;
}

/** One handler of a {@linkcode HandlerPool} at work. */
export class PoolHandling implements Handling {
  /** What it answers. */
  readonly pattern: string;
  /** At once, unless its signal has fired. */
  readonly ready: Promise<void>;
  /** Requests that it works on now. */
  running = 0;
  readonly #onFree: () => void;
  readonly #handler: Handler;
  readonly #concurrency: number;
  readonly #retries: Retries | undefined;
  readonly #release: () => void;
  readonly #signal: AbortSignal | undefined;
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
    this.ready = this.#signal?.aborted
      ? Promise.reject(abortedError(`handle "${this.pattern}"`, this.#signal))
      : READY;
    this.ready.catch(() => {}); // who doesn't wait for it isn't to be killed by it
  }

  /** Whether it was closed, by whomever. */
  get closed(): boolean {
    return this.#closed !== undefined;
  }

  /** Whether it has room for one more request. */
  get free(): boolean {
    return this.running < this.#concurrency;
  }

  /** Listens to its signal. */
  start(): void {
    if (this.#signal?.aborted) this.close();
    else this.#signal?.addEventListener("abort", this.#abort, { once: true });
  }

  /** Answers a request, at which it failed before as `last` tells. */
  work(pending: PendingRequest, last?: Retry): void {
    this.running++;
    let answer: unknown;
    let isAnswer: boolean;
    try {
      answer = this.#handler(pending.request);
      isAnswer = !isThenable(answer); // a proxy may throw when it is looked at
    } catch (error) {
      return this.#failed(pending, error, last);
    }
    if (isAnswer) return this.#done(pending, answer);
    Promise.resolve(answer).then(
      (value) => this.#done(pending, value),
      (error) => this.#failed(pending, error, last),
    );
  }

  /** Tries again what is due so far, as far as it has room. Says whether there is more. */
  tryAgain(): boolean {
    const retries = this.#retries!;
    for (let due = retries.due; due > 0 && this.free; due--) {
      const retry = retries.shift();
      if (retry) this.work(retry.pending, retry);
    }
    return retries.due > 0;
  }

  /** Takes no further requests, and tries none again; those it works on are finished. Harmless twice. */
  close(): Promise<void> {
    if (this.#closed === undefined) {
      this.#closed = READY;
      this.#signal?.removeEventListener("abort", this.#abort);
      this.#retries?.close();
      this.#release();
    }
    return this.#closed;
  }

  /** As `close`. */
  [Symbol.asyncDispose](): Promise<void> {
    return this.close();
  }

  #done(pending: PendingRequest, answer: unknown): void {
    this.running--;
    if (answer === undefined) {
      pending.fail({
        code: "NOT_ENCODABLE",
        message: "it returned undefined, wanted an answer (null is one)",
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
    const failure = describeFailure(error);
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
