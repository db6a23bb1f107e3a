import type {
  CaryatidError,
  HandleOptions,
  Handler,
  Handling,
} from "@caryatid/sdk";
import { abortedError, describeFailure } from "@caryatid/sdk/bus";
import { type Frame, FROM_GUEST } from "../frames.ts";
import type { BridgeRequest } from "./bridge_delivery.ts";

/** What a {@linkcode BridgeHandling} is made of. */
export interface BridgeHandlingOptions {
  readonly id: number;
  readonly pattern: string;
  readonly handler: Handler;
  readonly options: HandleOptions;
  /** Throws `NOT_ENCODABLE` or `MESSAGE_TOO_LARGE`. */
  readonly send: (frame: Frame) => void;
  /** Called when the host has closed it, too. */
  readonly onClosed: () => void;
}

/** A handler of a guest at work. How many requests it gets at once, and which come again, is decided at the host. */
export class BridgeHandling implements Handling {
  readonly pattern: string;
  readonly ready: Promise<void>;
  running = 0;
  readonly #options: BridgeHandlingOptions;
  readonly #hears = Promise.withResolvers<void>();
  readonly #ended = Promise.withResolvers<void>();
  #closing: Promise<void> | undefined;

  /** Asks the host to handle. */
  constructor(options: BridgeHandlingOptions) {
    this.#options = options;
    this.pattern = options.pattern;
    const { signal } = options.options;
    this.ready = signal?.aborted
      ? Promise.reject(abortedError(`handle "${this.pattern}"`, signal))
      : this.#hears.promise;
    this.ready.catch(() => {}); // who doesn't wait for it isn't to be killed by it
    this.#hears.promise.catch(() => {});
    if (signal?.aborted) this.close();
    else signal?.addEventListener("abort", this.#abort, { once: true });
  }

  get closed(): boolean {
    return this.#closing !== undefined;
  }

  /** The host hears for it. */
  isReady(): void {
    this.#hears.resolve();
  }

  /** The host hears nothing for it any more, because of `error` if there is one. */
  isClosed(error: CaryatidError | undefined): void {
    if (error) this.#hears.reject(error);
    this.#ended.resolve();
    this.#closing ??= Promise.resolve();
    this.#options.options.signal?.removeEventListener("abort", this.#abort);
    this.#options.onClosed();
  }

  /** Answers request `number`. */
  work(number: number, request: BridgeRequest, done: () => void): void {
    this.running++;
    const over = (tell: () => void) => {
      this.running--;
      done();
      tell();
    };
    this.#answer(request).then(
      (answer) => over(() => this.#tell(number, answer)),
      (error) => over(() => this.#tellFailure(number, error)),
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

  #tell(number: number, answer: unknown): void {
    const { send } = this.#options;
    if (answer === undefined) return send([FROM_GUEST.noAnswer, number]);
    try {
      send([FROM_GUEST.answer, number, answer]);
    } catch (error) {
      this.#tellFailure(number, error);
    }
  }

  #tellFailure(number: number, error: unknown): void {
    const { code, message } = describeFailure(error);
    this.#options.send([
      FROM_GUEST.failure,
      number,
      code.toWellFormed(),
      message.toWellFormed(),
    ]);
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
