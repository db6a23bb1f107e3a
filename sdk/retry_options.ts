/**
 * How often what failed is tried again: a handler with the request that it threw at, a loop's successor with the delivery that the
 * loop was left with. In between others are worked on.
 *
 * @example A member of a group fails, another one gets the message again
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
 * assert.equal(other.dropped, 1); // it was given up
 * ```
 */
export interface RetryOptions {
  /** Attempts in all, from 1 to 100. */
  readonly attempts: number;
  /** Milliseconds before the second attempt, doubled before each further one (0), up to 2^31 - 1. */
  readonly backoff?: number;
}
