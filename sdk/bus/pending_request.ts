import { abortedError, CaryatidError } from "../errors.ts";
import type { RequestDelivery } from "../delivery.ts";
import type { RequestOptions } from "../message_bus.ts";
import type { UnorderedItem } from "./collections.ts";
import type { Deadline } from "./deadlines.ts";
import { LocalDelivery } from "./local_delivery.ts";
import { unwatchAbort, watchAbort } from "./quiet_abort.ts";
import { handlerError, type RemoteFailure } from "./remote_failure.ts";

/**
 * Request as handlers receive it. Its signal is only made when it is read.
 *
 * Made by {@linkcode PendingRequest}.
 */
export class LocalRequest extends LocalDelivery implements RequestDelivery {
  #controller: AbortController | undefined;
  #reason: CaryatidError | undefined;

  /** Fires when the requester no longer waits for the answer. */
  get signal(): AbortSignal {
    if (this.#controller === undefined) {
      this.#controller = new AbortController();
      if (this.#reason) this.#controller.abort(this.#reason);
    }
    return this.#controller.signal;
  }

  /** Notifies handlers that the requester no longer waits. */
  abandon(reason: CaryatidError): void {
    this.#reason = reason;
    this.#controller?.abort(reason);
  }
}

/** Owner of pending requests. */
export interface PendingOwner {
  /** Called when `pending` has its answer, or its error. */
  settled(pending: PendingRequest): void;
  /** Called for an answer to a request that is settled. */
  late(pending: PendingRequest): void;
  /** Called when `pending` starts to wait for the backoff of a retry. */
  postponed?(pending: PendingRequest): void;
}

/**
 * Request until it has its answer, or one named error.
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
export class PendingRequest implements UnorderedItem, EventListenerObject {
  /** Position among those of its owner. */
  position: number = -1;
  /** Request as handlers receive it. */
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
  #onSettled: (() => void)[] | undefined;

  /** Creates a request that is not submitted yet. */
  constructor(
    topic: string,
    message: unknown,
    options: RequestOptions | undefined,
    owner: PendingOwner,
  ) {
    const headers = options?.headers;
    this.request = new LocalRequest(
      topic,
      message,
      headers && { headers },
    );
    this.#owner = owner;
    this.answer = new Promise((resolve, reject) => {
      this.#resolve = resolve;
      this.#reject = reject;
    });
    this.#signal = options?.signal;
    // It listens by itself: a function for each request costs.
    if (this.#signal) watchAbort(this.#signal, this);
  }

  /** True once it has an answer or an error: a later answer is late. */
  get settled(): boolean {
    return this.#settled;
  }

  /**
   * True if it ended without an answer because the requester no longer waits.
   */
  get abandoned(): boolean {
    return this.#abandoned;
  }

  /** Calls `notify` once it is settled. */
  whenSettled(notify: () => void): void {
    (this.#onSettled ??= []).push(notify);
  }

  /** Called when a handler failed and will retry later. */
  postponed(): void {
    this.#owner.postponed?.(this);
  }

  /** Adds a handler that works on it. */
  expectHandler(): void {
    this.#handlers++;
  }

  /** Deadline to cancel when it is settled. */
  set deadline(deadline: Deadline) {
    this.#deadline = deadline;
  }

  /** Settles it with an answer. The first answer wins. */
  succeed(answer: unknown): void {
    if (this.#settle()) this.#resolve(answer);
    else this.#owner.late(this);
  }

  /**
   * Records a failed handler. The request fails when no other handler works on
   * it.
   */
  fail(failure: RemoteFailure): void {
    this.#failure ??= failure;
    this.handlerGone();
  }

  /** Removes a handler. The request fails when no other handler works on it. */
  handlerGone(): void {
    if (--this.#handlers > 0 || !this.#settle()) return;
    const { topic } = this.request;
    this.#reject(
      this.#failure
        ? handlerError(topic, this.#failure)
        : noHandlerError(topic),
    );
  }

  /** Rejects it with `error`, because the requester no longer waits. */
  abandon(error: CaryatidError): void {
    if (this.#settled) return;
    this.#abandoned = true;
    this.#settle();
    this.request.abandon(error);
    this.#reject(error);
  }

  /** Called when the signal of the requester fires. */
  handleEvent(): void {
    this.abandon(
      abortedError(`request on "${this.request.topic}"`, this.#signal!),
    );
  }

  #settle(): boolean {
    if (this.#settled) return false;
    this.#settled = true;
    this.#deadline?.cancel();
    if (this.#signal) unwatchAbort(this.#signal, this);
    if (this.#onSettled !== undefined) {
      for (const notify of this.#onSettled) notify();
    }
    this.#owner.settled(this);
    return true;
  }
}

/**
 * Returns the `REQUEST_TIMEOUT` error.
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
    { hint: "Raise the timeout of the request, or check its handler." },
  );
}

/**
 * Returns the `NO_HANDLER` error.
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
    `Cannot get an answer on "${topic}": it has no handler`,
    { hint: `Call context.handle("${topic}", …) in a module.` },
  );
}
