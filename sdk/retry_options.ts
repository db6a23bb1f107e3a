/**
 * Retry of a failed attempt: a handler receives the same request again, a
 * subscription the same delivery. Other messages are handled in between.
 *
 * @example A member of a group fails, and another one receives the message
 * ```ts
 * import { MockBus } from "@caryatid/sdk/testing";
 * import assert from "node:assert/strict";
 *
 * await using bus = new MockBus();
 * const options = { group: "workers", retry: { attempts: 2, backoff: 1_000 } };
 * const other = bus.subscribe("work", options);
 * await bus.publish("work", "hard");
 * for await (const _ of bus.subscribe("work", options)) break; // or throw
 * await bus.clock.advance(1_000);
 * for await (const { message, redelivered } of other) {
 *   assert.deepEqual([message, redelivered], ["hard", true]);
 *   break;
 * }
 * assert.equal(other.dropped, 1); // the last attempt failed
 * ```
 */
export interface RetryOptions {
  /** Number of attempts, from 1 to 100. */
  readonly attempts: number;
  /**
   * Milliseconds before the second attempt, doubled before each further one
   * (0), up to 2^31 - 1.
   */
  readonly backoff?: number;
}
