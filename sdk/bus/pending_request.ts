import { abortedError } from "../aborted.ts";
import { CaryatidError } from "../errors.ts";
import type { RequestDelivery, RequestOptions } from "../message_bus.ts";
import type { Bagged } from "./bag.ts";
import type { Deadline } from "./deadlines.ts";
import { LocalDelivery } from "./local_delivery.ts";
import { handlerFailedError, type RemoteFailure } from "./remote_failure.ts";

/** The question as handlers see it. Its signal is only made when asked for. Made by {@linkcode PendingRequest}. */
export class LocalRequest extends LocalDelivery implements RequestDelivery {
  #controller: AbortController | undefined;
  #reason: CaryatidError | undefined;

  /** Fires when nobody waits for the answer any more. */
  get signal(): AbortSignal {
    if (this.#controller === undefined) {
      this.#controller = new AbortController();
      if (this.#reason) this.#controller.abort(this.#reason);
    }
    return this.#controller.signal;
  }

  /** Tells handlers that nobody waits any more. */
  abandon(reason: CaryatidError): void {
    this.#reason = reason;
    this.#controller?.abort(reason);
  }
}

/** Who keeps count of pending requests. */
export interface PendingOwner {
  /** `pending` has its answer, or its error. */
  settled(pending: PendingRequest): void;
  /** An answer came to a request that was settled already. */
  late(pending: PendingRequest): void;
  /** `pending` waits for a backoff to pass; nobody works on it meanwhile. */
  postponed?(pending: PendingRequest): void;
}

/**
 * A request until it has its answer, or one named error.
 *
 * @example
 * ```ts
 * import { PendingRequest } from "@caryatid/sdk/bus";
 * import assert from "node:assert/strict";
 *
 * const owner = { settled() {}, late() {} };
 * const pending = new PendingRequest("double", 21, undefined, owner);
 * pending.succeed(2 * (pending.request.message as number));
 * assert.equal(await pending.answer, 42);
 * assert(pending.settled);
 * ```
 */
export class PendingRequest implements Bagged {
  /** Among those of its owner. */
  place: number = -1;
  /** The question as handlers see it. */
  readonly request: LocalRequest;
  /** Settles once. */
  readonly answer: Promise<unknown>;
  #resolve!: (answer: unknown) => void;
  #reject!: (error: CaryatidError) => void;
  readonly #owner: PendingOwner;
  readonly #signal: AbortSignal | undefined;
  #deadline: Deadline | undefined;
  #handlers = 0;
  #settled = false;
  #abandoned = false;
  #failure: RemoteFailure | undefined;
  #tell: (() => void)[] | undefined;

  /** Waits for whoever it is submitted to. */
  constructor(
    topic: string,
    message: unknown,
    options: RequestOptions | undefined,
    owner: PendingOwner,
  ) {
    this.request = new LocalRequest(
      topic,
      message,
      options?.headers && {
        headers: options.headers,
      },
    );
    this.#owner = owner;
    this.answer = new Promise((resolve, reject) => {
      this.#resolve = resolve;
      this.#reject = reject;
    });
    this.#signal = options?.signal;
    this.#signal?.addEventListener("abort", this.#abort, { once: true });
  }

  /** Whether the requester has heard already: what comes now is late. */
  get settled(): boolean {
    return this.#settled;
  }

  /** Whether it ended without an answer because nobody waits any more. */
  get abandoned(): boolean {
    return this.#abandoned;
  }

  /** Calls `tell` when the requester hears, of whatever. */
  whenSettled(tell: () => void): void {
    (this.#tell ??= []).push(tell);
  }

  /** A handler failed at it and will try again, later. */
  postponed(): void {
    this.#owner.postponed?.(this);
  }

  /** One more handler works on it. */
  expectHandler(): void {
    this.#handlers++;
  }

  /** Ends it when `deadline` calls. */
  set deadline(deadline: Deadline) {
    this.#deadline = deadline;
  }

  /** The first answer wins. */
  succeed(answer: unknown): void {
    if (this.#settle()) this.#resolve(answer);
    else this.#owner.late(this);
  }

  /** A handler failed: the request fails when no other one works on it. */
  fail(failure: RemoteFailure): void {
    this.#failure ??= failure;
    this.handlerGone();
  }

  /** One that would have worked on it is closed. */
  handlerGone(): void {
    if (--this.#handlers > 0 || !this.#settle()) return;
    const { topic } = this.request;
    this.#reject(
      this.#failure
        ? handlerFailedError(topic, this.#failure)
        : noHandlerError(topic),
    );
  }

  /** Nobody waits any more, for the reason that `error` gives. */
  abandon(error: CaryatidError): void {
    if (this.#settled) return;
    this.#abandoned = true;
    this.#settle();
    this.request.abandon(error);
    this.#reject(error);
  }

  #settle(): boolean {
    if (this.#settled) return false;
    this.#settled = true;
    this.#deadline?.cancel();
    this.#signal?.removeEventListener("abort", this.#abort);
    if (this.#tell !== undefined) { for (const tell of this.#tell) tell(); }
    this.#owner.settled(this);
    return true;
  }

  #abort = (): void => {
    this.abandon(
      abortedError(`request on "${this.request.topic}"`, this.#signal!),
    );
  };
}

/**
 * No answer came in time.
 *
 * @example
 * ```ts
 * import { requestTimeoutError } from "@caryatid/sdk/bus";
 * import assert from "node:assert/strict";
 *
 * assert.equal(requestTimeoutError("price.of", 5_000).code, "REQUEST_TIMEOUT");
 * ```
 */
export function requestTimeoutError(
  topic: string,
  timeout: number,
): CaryatidError {
  return new CaryatidError(
    "REQUEST_TIMEOUT",
    `Cannot get an answer on "${topic}": none came in ${timeout} ms`,
    { hint: "give the request a longer timeout, or look at its handler" },
  );
}

/**
 * Nobody handles the topic.
 *
 * @example
 * ```ts
 * import { noHandlerError } from "@caryatid/sdk/bus";
 * import assert from "node:assert/strict";
 *
 * assert.equal(noHandlerError("price.of").code, "NO_HANDLER");
 * ```
 */
export function noHandlerError(topic: string): CaryatidError {
  return new CaryatidError(
    "NO_HANDLER",
    `Cannot get an answer on "${topic}": nobody handles it`,
    { hint: `a module must call context.handle("${topic}", …)` },
  );
}
