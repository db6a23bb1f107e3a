/**
 * How often a handler that throws is called with the same request; in between it works on others. The last failure counts. It
 * isn't called again when nobody waits for the answer or the handling is closed, nor for `INVALID_MESSAGE`.
 */
export interface RetryOptions {
  /** Calls in all, from 1 to 100. */
  readonly attempts: number;
  /** Milliseconds before the second call, doubled before each further one (0). */
  readonly backoff?: number;
}
