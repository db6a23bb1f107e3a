import type { Subscription } from "../subscription.ts";

/** Traces what one module receives. */
export interface ModuleTracer {
  /** Wraps a subscription of the module, whose steps are spans. */
  deliveries(subscription: Subscription): Subscription;
  /**
   * Runs a task that no message caused. A loop that it starts does not change
   * the position of the caller.
   */
  task<T>(work: () => T): T;
  /**
   * Answers an HTTP request by `answer`, as a span.
   *
   * @param target method and path: `GET /orders/7`
   * @param traceparent that header of the request, unchecked
   */
  http<T extends { readonly status: number }>(
    target: string,
    traceparent: string | undefined,
    answer: () => Promise<T>,
  ): Promise<T>;
}
