import type {
  Delivery,
  HandleOptions,
  Handler,
  Handling,
  Log,
  MessageBus,
  PublishOptions,
  RequestOptions,
  Subscription,
} from "@caryatid/sdk";
import { BusLayer } from "@caryatid/sdk/bus";
import {
  activeContext,
  CAUSATION,
  type DeliverySpan,
  type DeliveryTracer,
  formatTraceparent,
  type ModuleTracer,
  parseTraceparent,
  runWith,
  type TraceContext,
  TracedSubscription,
  TRACEPARENT,
} from "@caryatid/sdk/internal/tracing";

/**
 * Carries the position in a trace through the code of a guest: from the header
 * of a delivery or request to the headers of what the code sends meanwhile. Its
 * host makes the spans.
 */
export class GuestTracing implements DeliveryTracer, ModuleTracer {
  readonly isElsewhere = false;
  readonly unsampled: TraceContext = {
    traceId: "0".repeat(32),
    spanId: "0".repeat(16),
    sampled: false,
  };

  /** Wraps the bus of the guest. */
  watch(inner: MessageBus): MessageBus {
    return new PropagatingBus(inner);
  }

  /** Wraps the log of the guest: its records have the ids of trace and span. */
  log(inner: Log): Log {
    const at = (level: "debug" | "error" | "info" | "warn"): Log["info"] =>
    (
      text,
      properties,
    ) => inner[level](text, withPosition(properties));
    return {
      debug: at("debug"),
      info: at("info"),
      warn: at("warn"),
      error: at("error"),
    };
  }

  deliveries(subscription: Subscription): Subscription {
    return new TracedSubscription(subscription, this);
  }

  begin({ headers, id }: Delivery): DeliverySpan | undefined {
    const context = parseTraceparent(headers[TRACEPARENT]);
    if (!context?.sampled) return undefined;
    return { context: { ...context, messageId: id }, end() {} };
  }

  task<T>(work: () => T): T {
    return runWith(undefined, work);
  }

  http<T>(
    _route: string,
    traceparent: string | undefined,
    answer: () => Promise<T>,
  ): Promise<T> {
    return runWith(parseTraceparent(traceparent), answer);
  }
}

/** Layer that adds the position in the trace to the headers of messages. */
class PropagatingBus extends BusLayer {
  override publish(
    topic: string,
    message: unknown,
    options?: PublishOptions,
  ): Promise<void> {
    return this.inner.publish(topic, message, withHeaders(options));
  }

  override request(
    topic: string,
    message: unknown,
    options?: RequestOptions,
  ): Promise<unknown> {
    return this.inner.request(topic, message, withHeaders(options));
  }

  override handle(
    pattern: string,
    handler: Handler,
    options?: HandleOptions,
  ): Handling {
    return this.inner.handle(pattern, (request) => {
      const context = parseTraceparent(request.headers[TRACEPARENT]);
      if (context === undefined) return handler(request);
      const { id: messageId } = request;
      return runWith({ ...context, messageId }, () => handler(request));
    }, options);
  }
}

function withHeaders<T extends PublishOptions & RequestOptions>(
  options: T | undefined,
): T | undefined {
  const active = activeContext();
  if (!active?.sampled) return options;
  const headers: Record<string, string> = {
    [TRACEPARENT]: formatTraceparent(active),
    ...options?.headers,
  };
  if (active.messageId !== undefined) headers[CAUSATION] = active.messageId;
  return { ...options, headers } as unknown as T;
}

function withPosition(
  properties: Record<string, unknown> | undefined,
): Record<string, unknown> | undefined {
  const active = activeContext();
  return active?.sampled
    ? { ...properties, trace_id: active.traceId, span_id: active.spanId }
    : properties;
}
