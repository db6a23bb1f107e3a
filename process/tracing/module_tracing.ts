import type { Delivery, Subscription } from "@caryatid/sdk";
import {
  activeContext,
  type DeliverySpan,
  type DeliveryTracer,
  type ModuleTracer,
  parseTraceparent,
  runWith,
  type TraceContext,
  TracedSubscription,
  TRACEPARENT,
} from "@caryatid/sdk/internal/tracing";
import { activeSpan, runAt, type Tracer } from "./tracer.ts";

/** Options of {@linkcode ModuleTracing}. */
export interface ModuleTracingOptions {
  /** Id of the module. */
  readonly module: string;
  /** True if its bus has messages of other processes. */
  readonly external: boolean;
  /** True if its code runs in a guest. */
  readonly isolated: boolean;
}

/** Traces the deliveries and HTTP requests of one module. */
export class ModuleTracing implements DeliveryTracer, ModuleTracer {
  readonly #tracer: Tracer;
  readonly #module: string;
  /** True if messages may come from processes that do not trace. */
  readonly #external: boolean;
  readonly isElsewhere: boolean;

  /** Traces one module. */
  constructor(tracer: Tracer, options: ModuleTracingOptions) {
    this.#tracer = tracer;
    this.#module = options.module;
    this.#external = options.external;
    this.isElsewhere = options.isolated;
  }

  get unsampled(): TraceContext {
    return this.#tracer.unsampled;
  }

  /** Wraps the subscription, whose steps are spans. */
  deliveries(subscription: Subscription): Subscription {
    return new TracedSubscription(subscription, this);
  }

  task<T>(work: () => T): T {
    return runWith(undefined, work);
  }

  begin(delivery: Delivery, pattern: string): DeliverySpan | undefined {
    const header = delivery.headers[TRACEPARENT];
    if (header === undefined && !this.#external) return undefined;
    return this.#begin(delivery, pattern, header);
  }

  // Apart from `begin`, which stays small enough to be inlined.
  #begin(
    delivery: Delivery,
    pattern: string,
    header: string | undefined,
  ): DeliverySpan | undefined {
    const { topic } = delivery;
    const parent = parseTraceparent(header);
    if (this.#tracer.isExcluded(topic) || !this.#tracer.samples(parent)) {
      return undefined;
    }
    return this.#tracer.begin({
      kind: "deliver",
      module: this.#module,
      topic,
      pattern,
      messageId: delivery.id,
      parent,
    });
  }

  /**
   * Answers an HTTP request by `answer`, as a span. `target` is its method and
   * path: `GET /orders/7`.
   */
  async http<T extends { readonly status: number }>(
    target: string,
    traceparent: string | undefined,
    answer: () => Promise<T>,
  ): Promise<T> {
    // Not the active span: Deno begins one for each request, sampled or not.
    const cause = parseTraceparent(traceparent) ?? activeContext();
    if (!this.#tracer.samples(cause)) {
      return await runAt(this.#tracer.unsampled, answer);
    }
    const module = this.#module;
    const span = this.#tracer.begin({
      kind: "http",
      module,
      topic: target,
      parent: activeSpan() ?? cause,
    });
    try {
      const answered = await runAt(span.context, answer);
      span.answered(answered.status);
      span.end();
      return answered;
    } catch (error) {
      span.end(error);
      throw error;
    }
  }
}
