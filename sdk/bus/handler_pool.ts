import { abortedError } from "../aborted.ts";
import type { HandleOptions, Handler, Handling } from "../message_bus.ts";
import { checkConcurrency } from "./options.ts";
import type { PendingRequest } from "./pending_request.ts";
import { describeFailure } from "./remote_failure.ts";
import { Ring } from "./ring.ts";

const READY = Promise.resolve();

/** The handlings of one pattern, and the requests that wait for one of them to be free. */
export class HandlerPool {
  /** What its handlings answer. */
  readonly pattern: string;
  readonly #members: PoolHandling[] = [];
  readonly #requests = new Ring<PendingRequest>();
  #next = 0;
  #pumping = false;

  /** No handling yet. */
  constructor(pattern: string) {
    this.pattern = pattern;
  }

  /** Whether nobody is left to answer. */
  get empty(): boolean {
    return this.#members.length === 0;
  }

  /** Adds a handling; `release` is called once, when it takes no further requests. */
  add(
    handler: Handler,
    options: HandleOptions,
    release: () => void,
  ): Handling {
    const handling = new PoolHandling(this, handler, options, () => {
      this.#members.splice(this.#members.indexOf(handling), 1);
      if (this.empty) this.#refuseAll();
      release();
    });
    this.#members.push(handling);
    handling.start();
    return handling;
  }

  /** Has `pending` answered by whoever is free, in turn. Never runs a handler before it returns. */
  submit(pending: PendingRequest): void {
    pending.expectHandler();
    this.#requests.push(pending);
    this.pump();
  }

  /** Closes every handling. */
  close(): void {
    for (const member of [...this.#members]) member.close();
  }

  /** Requests that nobody works on yet. */
  get waiting(): number {
    return this.#requests.length;
  }

  /** Lets those who are free take what waits. */
  pump(): void {
    if (this.#pumping || this.#requests.length === 0) return;
    this.#pumping = true;
    READY.then(this.#pump);
  }

  #pump = (): void => {
    this.#pumping = false;
    while (this.#requests.length > 0) {
      const member = this.#free();
      if (member === undefined) return;
      const pending = this.#requests.shift()!;
      if (!pending.settled) member.work(pending);
    }
  };

  /** Round robin over those with room for one more. */
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

class PoolHandling implements Handling {
  readonly pattern: string;
  readonly ready: Promise<void>;
  running = 0;
  readonly #pool: HandlerPool;
  readonly #handler: Handler;
  readonly #concurrency: number;
  readonly #release: () => void;
  readonly #signal: AbortSignal | undefined;
  #closed: Promise<void> | undefined;

  constructor(
    pool: HandlerPool,
    handler: Handler,
    options: HandleOptions,
    release: () => void,
  ) {
    this.pattern = pool.pattern;
    this.#pool = pool;
    this.#handler = handler;
    this.#concurrency = checkConcurrency(options);
    this.#release = release;
    this.#signal = options.signal;
    this.ready = this.#signal?.aborted
      ? Promise.reject(abortedError(`handle "${this.pattern}"`, this.#signal))
      : READY;
    this.ready.catch(() => {}); // who doesn't wait for it isn't to be killed by it
  }

  get closed(): boolean {
    return this.#closed !== undefined;
  }

  get free(): boolean {
    return this.running < this.#concurrency;
  }

  start(): void {
    if (this.#signal?.aborted) this.close();
    else this.#signal?.addEventListener("abort", this.#abort, { once: true });
  }

  work(pending: PendingRequest): void {
    this.running++;
    let answer: unknown;
    try {
      answer = this.#handler(pending.request);
    } catch (error) {
      return this.#failed(pending, error);
    }
    if (!isThenable(answer)) return this.#done(pending, answer);
    Promise.resolve(answer).then(
      (value) => this.#done(pending, value),
      (error) => this.#failed(pending, error),
    );
  }

  close(): Promise<void> {
    if (this.#closed === undefined) {
      this.#closed = READY;
      this.#signal?.removeEventListener("abort", this.#abort);
      this.#release();
    }
    return this.#closed;
  }

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
    this.#pool.pump();
  }

  #failed(pending: PendingRequest, error: unknown): void {
    this.running--;
    pending.fail(describeFailure(error));
    this.#pool.pump();
  }

  #abort = (): void => {
    this.close();
  };
}

function isThenable(value: unknown): boolean {
  return typeof value === "object" && value !== null && "then" in value;
}
