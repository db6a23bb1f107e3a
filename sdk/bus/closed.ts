import type { Delivery } from "../delivery.ts";
import type { Handling } from "../handling.ts";
import type { Subscription } from "../subscription.ts";

/**
 * Subscription to a closed bus. Its `ready` rejects, and its loops end at once.
 *
 * @example
 * ```ts
 * import { ClosedSubscription } from "@caryatid/sdk/bus";
 * import assert from "node:assert/strict";
 *
 * const closed = new ClosedSubscription("a.*", new Error("the bus is closed"));
 * for await (const _ of closed) assert.fail("a loop ends at once");
 * await assert.rejects(closed.ready, /the bus is closed/);
 * ```
 */
export class ClosedSubscription implements Subscription {
  /** Pattern of the subscription. */
  readonly pattern: string;
  /** Rejects with the reason. */
  readonly ready: Promise<void>;
  /** No message is queued. */
  readonly queued = 0;
  /** No delivery is in flight. */
  readonly inFlight = 0;
  /** No loop waits. */
  readonly readers = 0;
  /** No publisher waits. */
  readonly waitingPublishers = 0;
  /** No message was lost. */
  readonly dropped = 0;
  /** Closed from the start. */
  readonly closed = true;

  /** Rejects `ready` with `error`. */
  constructor(pattern: string, error: unknown) {
    this.pattern = pattern;
    this.ready = rejected(error);
  }

  /** Starts a loop that ends at once. */
  [Symbol.asyncIterator](): AsyncIterator<Delivery, undefined> {
    return {
      next: () => Promise.resolve({ done: true, value: undefined }),
    };
  }

  /** Returns false: no delivery is in flight. */
  reject(): boolean {
    return false;
  }

  /** Does nothing. */
  dropWhenFull(): void {}

  /** Does nothing. */
  close(): Promise<void> {
    return Promise.resolve();
  }

  /** Does nothing. */
  [Symbol.asyncDispose](): Promise<void> {
    return this.close();
  }
}

/**
 * Handling on a closed bus. Its `ready` rejects.
 *
 * @example
 * ```ts
 * import { ClosedHandling } from "@caryatid/sdk/bus";
 * import assert from "node:assert/strict";
 *
 * const closed = new ClosedHandling("a.*", new Error("the bus is closed"));
 * await assert.rejects(closed.ready, /the bus is closed/);
 * ```
 */
export class ClosedHandling implements Handling {
  /** Pattern of the handling. */
  readonly pattern: string;
  /** Rejects with the reason. */
  readonly ready: Promise<void>;
  /** No request is running. */
  readonly running = 0;
  /** Closed from the start. */
  readonly closed = true;

  /** Rejects `ready` with `error`. */
  constructor(pattern: string, error: unknown) {
    this.pattern = pattern;
    this.ready = rejected(error);
  }

  /** Does nothing. */
  close(): Promise<void> {
    return Promise.resolve();
  }

  /** Does nothing. */
  [Symbol.asyncDispose](): Promise<void> {
    return this.close();
  }
}

/**
 * Returns a rejected promise that does not end the program if it is not
 * awaited.
 */
function rejected(error: unknown): Promise<never> {
  const promise = Promise.reject(error);
  promise.catch(() => {}); // handles the rejection
  return promise;
}
