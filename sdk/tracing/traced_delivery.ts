import { DerivedDelivery } from "../bus/local_delivery.ts";
import type { Delivery, RequestDelivery } from "../delivery.ts";
import {
  formatTraceparent,
  type TraceContext,
  TRACEPARENT,
} from "./trace_context.ts";

/** Handling of one delivery, from its receipt to the end of the step. */
export interface DeliverySpan {
  /** Position in the trace while the delivery is handled. */
  readonly context: TraceContext;
  /** Ends the span. Only the first call counts. */
  end(error?: unknown): void;
}

/**
 * A sampled delivery as its module receives it. The `traceparent` header names
 * the span of this delivery, so that code elsewhere can continue the trace.
 */
export class TracedDelivery extends DerivedDelivery {
  /** Delivery that it replaces. */
  readonly original: Delivery;
  /** Its handling. */
  readonly span: DeliverySpan;
  /** Made at the first access: most code reads no headers. */
  #headers: Readonly<Record<string, string>> | undefined;

  /** Replaces `original`. */
  constructor(original: Delivery, span: DeliverySpan) {
    const { message, redelivered } = original;
    const failures = original instanceof DerivedDelivery
      ? original.failures
      : 0;
    super(original, message, redelivered, failures);
    this.original = original;
    this.span = span;
  }

  override get headers(): Readonly<Record<string, string>> {
    return this.#headers ??= {
      ...this.original.headers,
      [TRACEPARENT]: formatTraceparent(this.span.context),
    };
  }
}

/** A sampled request as its handler receives it. */
export class TracedRequest extends TracedDelivery implements RequestDelivery {
  /** The original request. */
  declare readonly original: RequestDelivery;

  get signal(): AbortSignal {
    return this.original.signal;
  }
}
