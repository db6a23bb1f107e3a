import { noHandlerError } from "../bus/pending_request.ts";
import type {
  HandleOptions,
  Handler,
  Handling,
  MessageBus,
  RequestDelivery,
} from "../message_bus.ts";
import type { Life } from "./life.ts";

/** Who answers: the handler of a module's code, in a life of that. */
export interface Answering {
  readonly handler: Handler;
  readonly life: Life;
}

/** A handling that outlives the code of its module: between two lives requests wait. */
export class KeptHandling implements Handling {
  readonly pattern: string;
  readonly #options: HandleOptions;
  readonly #inner: Handling;
  #answering: Answering;
  #running = 0;
  /** Resolved when requests needn't wait any more. */
  #held: PromiseWithResolvers<void> | undefined;

  /** Handles on `bus`. */
  constructor(
    bus: MessageBus,
    pattern: string,
    options: HandleOptions,
    answering: Answering,
  ) {
    this.pattern = pattern;
    this.#options = options;
    this.#answering = answering;
    this.#inner = bus.handle(pattern, (request) => this.#answer(request), {
      ...options,
    });
  }

  get ready(): Promise<void> {
    return this.#inner.ready;
  }

  /** Requests that the module works on; those which wait for its next life are not among them. */
  get running(): number {
    return this.#running;
  }

  get closed(): boolean {
    return this.#inner.closed;
  }

  /** Whether `handle` with these would open the same. */
  serves(pattern: string, options: HandleOptions): boolean {
    const own = this.#options;
    return !this.closed && pattern === this.pattern &&
      !(own.signal ?? options.signal) &&
      own.concurrency === options.concurrency &&
      own.retry?.attempts === options.retry?.attempts &&
      own.retry?.backoff === options.retry?.backoff;
  }

  /** From now on requests wait; but not while the module itself waits for an answer, which may be its own. */
  hold(): void {
    this.#held ??= Promise.withResolvers();
  }

  /** Has other code answer, first of all those that wait. */
  resume(answering: Answering): this {
    this.#answering = answering;
    this.#held?.resolve();
    this.#held = undefined;
    return this;
  }

  close(): Promise<void> {
    const closing = this.#inner.close();
    this.#held?.reject(noHandlerError(this.pattern));
    this.#held?.promise.catch(() => {}); // nobody may wait
    return closing;
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.close();
  }

  async #answer(request: RequestDelivery): Promise<unknown> {
    while (this.#held && this.#answering.life.questions.count === 0) {
      await this.#held.promise;
    }
    const { handler, life } = this.#answering;
    request.signal.throwIfAborted(); // it may have been given up meanwhile
    this.#running++;
    life.answers.begin();
    try {
      return await handler(request);
    } finally {
      this.#running--;
      life.answers.end();
    }
  }
}
