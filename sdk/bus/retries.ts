import type { RetryOptions } from "../retry_options.ts";
import type { Deadline, Deadlines } from "./deadlines.ts";
import { retryWait } from "./options.ts";
import type { PendingRequest } from "./pending_request.ts";
import type { RemoteFailure } from "./remote_failure.ts";
import { Ring } from "./ring.ts";

/** A request that a handler failed at. */
export interface Retry {
  /** What it failed at. */
  readonly pending: PendingRequest;
  /** How often it failed. */
  failures: number;
  /** How it failed the last time. */
  failure: RemoteFailure;
  /** When it is tried again. */
  deadline: Deadline | undefined;
}

/** What {@linkcode Retries} are made of. */
export interface RetriesOptions {
  /** How often and when, checked. */
  readonly retry: Required<RetryOptions>;
  /** Where waits end. */
  readonly deadlines: Deadlines;
  /** Called when one more request is due. */
  readonly onDue: () => void;
}

/** The requests that one handling is to try again: those which wait for their time, and those whose time has come. */
export class Retries {
  readonly #options: RetriesOptions;
  readonly #waiting = new Set<Retry>();
  readonly #due = new Ring<Retry>();
  #closed = false;

  /** Nothing failed yet. */
  constructor(options: RetriesOptions) {
    this.#options = options;
  }

  /** How many are due. */
  get due(): number {
    return this.#due.length;
  }

  /**
   * The handler failed at `pending`, before that as `last` tells. Says whether it is to be tried again: where nobody waits for
   * the answer it isn't, nor where the message can't fit the next time either.
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

  /** Takes the first one that is due out of the line, unless nobody waits for it any more. */
  shift(): Retry | undefined {
    const retry = this.#due.shift();
    return retry?.pending.settled ? undefined : retry;
  }

  /** None is tried again: each fails with its last failure. */
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
