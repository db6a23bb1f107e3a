import type { RequestDelivery } from "./delivery.ts";
import type { RetryOptions } from "./retry_options.ts";

/**
 * Returns the answer to a request. A thrown `CaryatidError` with a code of the
 * module's own reaches the requester as it is, any other error as
 * `HANDLER_FAILED`.
 */
export type Handler<T = unknown> = (request: RequestDelivery<T>) => unknown;

/** Options of `handle`. */
export interface HandleOptions {
  /** Maximum number of requests handled at the same time (64). */
  readonly concurrency?: number;
  /**
   * Calls a handler that throws again with the same request; without `retry`,
   * the request fails at once. The last failure counts. There is no further
   * attempt once the request has timed out or was cancelled, once the handling
   * is closed, or after `INVALID_MESSAGE`.
   */
  readonly retry?: RetryOptions;
  /** Closes the handling. */
  readonly signal?: AbortSignal;
  /**
   * Called with each error that the handler throws, before `retry` and the
   * requester get it. It must not throw.
   */
  readonly onError?: (error: unknown, request: RequestDelivery) => void;
}

/** Registration of a handler, until it is closed. */
export interface Handling extends AsyncDisposable {
  /** Pattern of its topics. */
  readonly pattern: string;
  /** Resolves once every later request is received. */
  readonly ready: Promise<void>;
  /** Number of requests that its handler works on. */
  readonly running: number;
  /** True once it was closed, by its owner or by the bus. */
  readonly closed: boolean;
  /**
   * Takes no further requests. Requests in flight are finished. Harmless twice.
   */
  close(): Promise<void>;
}
