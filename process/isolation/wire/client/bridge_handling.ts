import type {
  CaryatidError,
  HandleOptions,
  Handler,
  Handling,
} from "@caryatid/sdk";
import { abortedError, CONCURRENCY } from "@caryatid/sdk/bus";
import { type Frame, FROM_GUEST } from "../frames.ts";
import { violation } from "../protocol_errors.ts";
import { toWireFailure } from "../wire_error.ts";
import type { BridgeRequest } from "./bridge_delivery.ts";

/**
 * Requests at once, as a multiple of the concurrency: a broker may deliver a
 * request again while its handler still runs.
 */
const MAX_RUNNING = 8;

/** Options of {@linkcode BridgeHandling}. */
export interface BridgeHandlingOptions {
  readonly id: number;
  readonly pattern: string;
  readonly handler: Handler;
  readonly options: HandleOptions;
  /** Throws `NOT_ENCODABLE` or `MESSAGE_TOO_LARGE`. */
  readonly send: (frame: Frame) => void;
  /** Called when the host has closed the handling as well. */
  readonly onClosed: () => void;
}

/**
 * A handling of a client. The other side decides how many requests it receives
 * at once, and which are retried.
 */
export class BridgeHandling implements Handling {
  readonly pattern: string;
  readonly ready: Promise<void>;
  running = 0;
  readonly #options: BridgeHandlingOptions;
  readonly #readiness = Promise.withResolvers<void>();
  readonly #ended = Promise.withResolvers<void>();
  #closing: Promise<void> | undefined;

  /** Opens the handling. */
  constructor(options: BridgeHandlingOptions) {
    this.#options = options;
    this.pattern = options.pattern;
    const { signal } = options.options;
    this.ready = signal?.aborted
      ? Promise.reject(abortedError(`handle "${this.pattern}"`, signal))
      : this.#readiness.promise;
    // a program that does not await it must not end by it
    this.ready.catch(() => {});
    this.#readiness.promise.catch(() => {});
    if (signal?.aborted) this.close();
    else signal?.addEventListener("abort", this.#abort, { once: true });
  }

  get closed(): boolean {
    return this.#closing !== undefined;
  }

  /** Marks the handling as ready. */
  isReady(): void {
    this.#readiness.resolve();
  }

  /**
   * Marks the handling as closed by the other side, because of `error` if set.
   */
  isClosed(error: CaryatidError | undefined): void {
    if (error) this.#readiness.reject(error);
    this.#ended.resolve();
    this.#closing ??= Promise.resolve();
    this.#options.options.signal?.removeEventListener("abort", this.#abort);
    this.#options.onClosed();
  }

  /** Answers request `number`. */
  work(number: number, request: BridgeRequest, done: () => void): void {
    const { concurrency = CONCURRENCY } = this.#options.options;
    if (this.running >= MAX_RUNNING * concurrency) {
      throw violation(`${this.running} requests at once`);
    }
    this.running++;
    const finish = (report: () => void) => {
      this.running--;
      done();
      report();
    };
    this.#answer(request).then(
      (answer) => finish(() => this.#sendAnswer(number, answer)),
      (error) =>
        finish(() => {
          this.#options.options.onError?.(error, request);
          this.#sendFailure(number, error);
        }),
    );
  }

  close(): Promise<void> {
    return this.#closing ??= this.#close();
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.close();
  }

  async #answer(request: BridgeRequest): Promise<unknown> {
    return await this.#options.handler(request);
  }

  #sendAnswer(number: number, answer: unknown): void {
    const { send } = this.#options;
    if (answer === undefined) return send([FROM_GUEST.noAnswer, number]);
    try {
      send([FROM_GUEST.answer, number, answer]);
    } catch (error) {
      this.#sendFailure(number, error);
    }
  }

  #sendFailure(number: number, error: unknown): void {
    this.#options.send([FROM_GUEST.failure, number, toWireFailure(error)]);
  }

  async #close(): Promise<void> {
    const { id, send, options } = this.#options;
    options.signal?.removeEventListener("abort", this.#abort);
    send([FROM_GUEST.unhandle, id]);
    await this.#ended.promise;
  }

  #abort = (): void => {
    this.close();
  };
}
