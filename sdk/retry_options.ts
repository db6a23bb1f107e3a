/**
 * How often what failed is tried again: a handler with the request that it threw at, a loop's successor with the delivery that the
 * loop was left with. In between others are worked on.
 */
export interface RetryOptions {
  /** Attempts in all, from 1 to 100. */
  readonly attempts: number;
  /** Milliseconds before the second attempt, doubled before each further one (0), up to 2^31 - 1. */
  readonly backoff?: number;
}
