import type { Delivery } from "../delivery.ts";
import type { RetryOptions } from "../retry_options.ts";
import type { ByteBudget } from "../subscription.ts";
import type { Deadline, Deadlines } from "./deadlines.ts";
import { failuresOf, redeliveryOf } from "./local_delivery.ts";
import { retryWait } from "./options.ts";
import type { PendingRequest } from "./pending_request.ts";
import { describeFailure, type RemoteFailure } from "./remote_failure.ts";
import { Ring } from "./collections.ts";

/** Request whose handler failed. */
export interface Retry {
  /** The request. */
  readonly pending: PendingRequest;
  /** Number of failures. */
  failures: number;
  /** The last failure. */
  failure: RemoteFailure;
  /** Time of the next attempt. */
  deadline: Deadline | undefined;
}

/** Options of {@linkcode Retries}. */
export interface RetriesOptions {
  /** The checked `retry` option. */
  readonly retry: Required<RetryOptions>;
  /** Deadlines of backoffs. */
  readonly deadlines: Deadlines;
  /** Called when one more request is due. */
  readonly onDue: () => void;
}

/**
 * Retries of one handling: those that wait for their backoff, and those that
 * are due.
 */
export class Retries {
  readonly #options: RetriesOptions;
  readonly #waiting = new Set<Retry>();
  readonly #due = new Ring<Retry>();
  #closed = false;

  /** Starts without retries. */
  constructor(options: RetriesOptions) {
    this.#options = options;
  }

  /** Number of retries that are due. */
  get due(): number {
    return this.#due.length;
  }

  /**
   * Plans the next attempt after a failure. `last` is the retry of the failures
   * before. Returns false if no attempt follows: after the last attempt, if the
   * retries are closed or the request is settled, or for an invalid message.
   */
  plan(
    pending: PendingRequest,
    failure: RemoteFailure,
    last: Retry | undefined,
  ): boolean {
    const { attempts } = this.#options.retry;
    const failures = (last?.failures ?? 0) + 1;
    if (
      failures >= attempts || this.#closed || pending.settled ||
      failure.code === "INVALID_MESSAGE"
    ) return false;
    const retry = last ?? this.#begin(pending, failure);
    retry.failures = failures;
    retry.failure = failure;
    this.#wait(retry, retryWait(this.#options.retry, failures));
    return true;
  }

  /**
   * Removes the first retry that is due. Returns undefined if its request is
   * settled.
   */
  shift(): Retry | undefined {
    const retry = this.#due.shift();
    return retry?.pending.settled ? undefined : retry;
  }

  /** Ends all retries: each request fails with its last failure. */
  close(): void {
    this.#closed = true;
    for (const { pending, failure } of this.#waiting) pending.fail(failure);
    while (this.#due.length > 0) {
      const { pending, failure } = this.#due.shift()!;
      pending.fail(failure);
    }
    for (const retry of this.#waiting) this.#forget(retry);
  }

  #begin(pending: PendingRequest, failure: RemoteFailure): Retry {
    const retry = { pending, failures: 0, failure, deadline: undefined };
    pending.whenSettled(() => this.#forget(retry));
    return retry;
  }

  #wait(retry: Retry, milliseconds: number): void {
    if (milliseconds === 0) return this.#come(retry);
    this.#waiting.add(retry);
    retry.pending.postponed();
    retry.deadline = this.#options.deadlines.add(milliseconds, () => {
      this.#waiting.delete(retry);
      this.#come(retry);
    });
  }

  #come(retry: Retry): void {
    this.#due.push(retry);
    this.#options.onDue();
  }

  #forget(retry: Retry): void {
    retry.deadline?.cancel();
    this.#waiting.delete(retry);
  }
}

/** Delivery that failed at every attempt, with the reason. */
export interface ExhaustedDelivery {
  /** Pattern of the subscription. */
  readonly pattern: string;
  /** Topic of the publish. */
  readonly topic: string;
  /** Id of the publish. */
  readonly id: string;
  /** Number of failed attempts. */
  readonly count: number;
  /** Reason of the last failure. */
  readonly cause: string;
}

/** Options of {@linkcode Redeliveries}. */
interface RedeliveriesOptions {
  /** Pattern of the subscription. */
  readonly pattern: string;
  /** Maximum number of waiting deliveries. One more is redelivered at once. */
  readonly most: number;
  /** Deadlines of backoffs. */
  readonly deadlines: Deadlines;
  /** Redelivers one. */
  readonly give: (delivery: Delivery) => void;
  /** Called for each delivery that failed at every attempt. */
  readonly onExhausted: (given: ExhaustedDelivery) => void;
}

/** Delivery that waits for the end of its backoff. */
interface WaitingDelivery {
  readonly deadline: Deadline;
  /** Budget that its bytes are charged to. */
  readonly budget: ByteBudget | undefined;
  readonly bytes: number;
}

/**
 * Deliveries in this process whose loops failed, until they are redelivered.
 */
export class Redeliveries {
  readonly #options: RedeliveriesOptions;
  readonly #waiting = new Set<WaitingDelivery>();

  /** Starts without deliveries. */
  constructor(options: RedeliveriesOptions) {
    this.#options = options;
  }

  /** Number of deliveries that wait for the end of their backoff. */
  get waiting(): number {
    return this.#waiting.size;
  }

  /**
   * Adds a delivery whose loop failed, with `error` if it is known. While the
   * delivery waits, its bytes are charged to `budget`. If the budget is full,
   * the delivery is redelivered at once.
   */
  add(
    delivery: Delivery,
    retry: Required<RetryOptions>,
    error: unknown,
    budget?: ByteBudget,
  ): void {
    const failures = failuresOf(delivery) + 1;
    const { pattern, onExhausted } = this.#options;
    if (failures < retry.attempts) {
      const again = redeliveryOf(delivery, failures);
      return this.#wait(again, retryWait(retry, failures), budget);
    }
    const { topic, id } = delivery;
    const cause = causeOf(error, failures);
    onExhausted({ pattern, topic, id, cause, count: failures });
  }

  /** Forgets all waiting deliveries. */
  close(): void {
    for (const waiting of [...this.#waiting]) {
      waiting.deadline.cancel();
      this.#endWait(waiting);
    }
  }

  #wait(
    delivery: Delivery,
    milliseconds: number,
    budget: ByteBudget | undefined,
  ): void {
    const { give, deadlines, most } = this.#options;
    const isFull = this.#waiting.size >= most || budget?.full;
    if (milliseconds === 0 || isFull) return give(delivery);
    const waiting: WaitingDelivery = {
      budget,
      bytes: budget?.take(delivery) ?? 0,
      deadline: deadlines.add(milliseconds, () => {
        this.#endWait(waiting);
        give(delivery);
      }),
    };
    this.#waiting.add(waiting);
  }

  #endWait(waiting: WaitingDelivery): void {
    this.#waiting.delete(waiting);
    waiting.budget?.release(waiting.bytes);
  }
}

/**
 * Returns the reason of the last failure as text. An iterator cannot
 * distinguish an error from `break`, so the error may be unknown.
 *
 * @example
 * ```ts
 * import { causeOf } from "@caryatid/sdk/bus";
 * import assert from "node:assert/strict";
 *
 * assert.equal(causeOf(new Error("no room"), 3), "no room");
 * ```
 */
export function causeOf(error: unknown, failures: number): string {
  if (error !== undefined) return describeFailure(error).message;
  const often = failures === 1 ? "once" : `${failures} times`;
  return `a loop ended ${often} before its step was done`;
}
