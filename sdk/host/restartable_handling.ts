import { HandlingLayer } from "../bus/layers.ts";
import { noHandlerError } from "../bus/pending_request.ts";
import type { RequestDelivery } from "../delivery.ts";
import type { HandleOptions, Handler } from "../handling.ts";
import type { MessageBus } from "../message_bus.ts";
import type { ModuleRun } from "./module_run.ts";

/** Handler of one run of a module. */
export interface Answering {
  readonly handler: Handler;
  readonly run: ModuleRun;
}

/**
 * Handling that outlives the code of its module. Between two runs, requests
 * wait.
 */
export class RestartableHandling extends HandlingLayer {
  readonly #options: HandleOptions;
  #answering: Answering;
  #running = 0;
  /** Resolved once requests no longer need to wait. */
  #held: PromiseWithResolvers<void> | undefined;

  /** Handles `pattern` on `bus`. */
  constructor(
    bus: MessageBus,
    pattern: string,
    options: HandleOptions,
    answering: Answering,
  ) {
    // The bus calls it only after this constructor.
    const answer = (request: RequestDelivery) => this.#answer(request);
    super(bus.handle(pattern, answer, { ...options }));
    this.#options = options;
    this.#answering = answering;
  }

  /**
   * Number of requests that the module works on, without those that wait for
   * its next run.
   */
  override get running(): number {
    return this.#running;
  }

  /**
   * Returns true if `handle` with these arguments would open the same handling.
   */
  serves(pattern: string, options: HandleOptions): boolean {
    const own = this.#options;
    return !this.closed && pattern === this.pattern &&
      !(own.signal ?? options.signal) &&
      own.concurrency === options.concurrency &&
      own.retry?.attempts === options.retry?.attempts &&
      own.retry?.backoff === options.retry?.backoff;
  }

  /**
   * Makes requests wait, unless the module itself waits for an answer, which
   * may be its own.
   */
  hold(): void {
    this.#held ??= Promise.withResolvers();
  }

  /**
   * Continues with the handler of another run, which first answers the waiting
   * requests.
   */
  resume(answering: Answering): this {
    this.#answering = answering;
    this.#held?.resolve();
    this.#held = undefined;
    return this;
  }

  override close(): Promise<void> {
    const closing = super.close();
    this.#held?.reject(noHandlerError(this.pattern));
    this.#held?.promise.catch(() => {}); // no request may be waiting
    return closing;
  }

  async #answer(request: RequestDelivery): Promise<unknown> {
    while (this.#held && this.#answering.run.requests.count === 0) {
      await this.#held.promise;
    }
    const { handler, run } = this.#answering;
    // the request may have timed out or been aborted
    request.signal.throwIfAborted();
    this.#running++;
    run.answers.begin();
    try {
      return await handler(request);
    } finally {
      this.#running--;
      run.answers.end();
    }
  }
}
