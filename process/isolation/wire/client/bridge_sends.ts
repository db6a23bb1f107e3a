import {
  CaryatidError,
  type PublishOptions,
  type RequestOptions,
} from "@caryatid/sdk";
import { abortedError, MAX_WAITING } from "@caryatid/sdk/bus";
import { BUDGETS } from "../budgets.ts";
import { FROM_GUEST } from "../frames.ts";
import type { Outbox } from "../outbox.ts";
import { violation } from "../protocol_errors.ts";

/**
 * Publishes and requests of a client, until the other side reports their
 * outcome.
 */
export class BridgeSends {
  readonly #outbox: Outbox;
  readonly #pending = new Map<number, Pending<unknown>>();
  #number = 0;
  #requests = 0;
  /** Calls whose outcome was not received, abandoned ones included. */
  #outstanding = 0;

  /** Sends through `outbox`. */
  constructor(outbox: Outbox) {
    this.#outbox = outbox;
  }

  /** Resolves when the bus at the other side has accepted the message. */
  publish(
    topic: string,
    message: unknown,
    options: PublishOptions | undefined,
  ): Promise<void> {
    return this.#send("publish", topic, message, options) as Promise<void>;
  }

  /** Resolves with the answer. */
  request(
    topic: string,
    message: unknown,
    options: RequestOptions | undefined,
  ): Promise<unknown> {
    if (this.#requests >= BUDGETS.requests) {
      throw tooManyError(`request on "${topic}"`, BUDGETS.requests);
    }
    return this.#send("request", topic, message, options);
  }

  /** Resolves `count` publishes from the number `first` on. */
  accepted(first: number, count: number): void {
    if (count > this.#outstanding) {
      throw violation(`${count} accepted publishes, more than were sent`);
    }
    this.#outstanding -= count;
    for (let i = 0; i < count; i++) {
      this.#remove(first + i)?.resolve(undefined);
    }
  }

  /**
   * Removes and returns a call that was answered or refused, if it is pending.
   */
  take(number: number): Pending<unknown> | undefined {
    this.#outstanding--;
    return this.#remove(number);
  }

  /** Rejects all calls with `error`. */
  abandon(error: CaryatidError): void {
    for (const pending of this.#pending.values()) pending.reject(error);
    this.#pending.clear();
    this.#requests = 0;
  }

  #remove(number: number): Pending<unknown> | undefined {
    const pending = this.#pending.get(number);
    if (pending === undefined) return undefined;
    this.#pending.delete(number);
    if (pending.isRequest) this.#requests--;
    return pending;
  }

  #send(
    kind: "publish" | "request",
    topic: string,
    message: unknown,
    options: (PublishOptions & RequestOptions) | undefined,
  ): Promise<unknown> {
    const what = `${kind} on "${topic}"`;
    if (options?.signal?.aborted) throw abortedError(what, options.signal);
    if (message === undefined) throw undefinedError(topic);
    if (this.#pending.size >= MAX_WAITING) {
      throw tooManyError(what, MAX_WAITING);
    }
    const number = this.#number++;
    this.#outbox.add([
      FROM_GUEST[kind],
      number,
      topic,
      crossingOptions(options),
      message,
    ]);
    this.#outstanding++;
    const isRequest = kind === "request";
    if (isRequest) this.#requests++;
    const pending = new Pending<unknown>(isRequest);
    this.#pending.set(number, pending);
    if (options?.signal) {
      // It stays pending until the other side has dropped it as well.
      pending.watch(options.signal, what, () => {
        this.#outbox.add([FROM_GUEST.cancel, number]);
      });
    }
    return pending.promise;
  }
}

function crossingOptions(
  options: (PublishOptions & RequestOptions) | undefined,
): Record<string, unknown> | null {
  if (options === undefined) return null;
  const { id, headers, timeout, signal } = options;
  return { id, headers, timeout, cancel: signal ? true : undefined };
}

function undefinedError(topic: string): CaryatidError {
  return new CaryatidError(
    "NOT_ENCODABLE",
    `Cannot send on "${topic}": found undefined; expected a message`,
    { hint: "Send null for an empty message." },
  );
}

function tooManyError(what: string, most: number): CaryatidError {
  return new CaryatidError(
    "OVERFLOW",
    `Cannot ${what}: ${most} calls of this module are pending`,
    { hint: "Await each call." },
  );
}

/** A publish or request on its way over the bridge. */
export class Pending<T> {
  readonly promise: Promise<T>;
  #resolve!: (value: T) => void;
  #reject!: (error: CaryatidError) => void;
  #signal: AbortSignal | undefined;
  #abort: (() => void) | undefined;

  /** True for a request, false for a publish. */
  readonly isRequest: boolean;

  constructor(isRequest: boolean) {
    this.isRequest = isRequest;
    this.promise = new Promise((resolve, reject) => {
      this.#resolve = resolve;
      this.#reject = reject;
    });
  }

  /** Rejects with `ABORTED` when `signal` fires, and calls `cancel`. */
  watch(signal: AbortSignal, what: string, cancel: () => void): void {
    this.#signal = signal;
    this.#abort = () => {
      cancel();
      this.reject(abortedError(what, signal));
    };
    signal.addEventListener("abort", this.#abort, { once: true });
  }

  /** Resolves an accepted publish or an answered request. */
  resolve(value: T): void {
    this.#release();
    this.#resolve(value);
  }

  /** Rejects a refused call. */
  reject(error: CaryatidError): void {
    this.#release();
    this.#reject(error);
  }

  #release(): void {
    if (this.#abort) this.#signal?.removeEventListener("abort", this.#abort);
  }
}
