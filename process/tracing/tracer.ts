import type { SpanRecord } from "@caryatid/sdk";
import { randomId } from "@caryatid/sdk/bus";
import {
  activeContext,
  parseTraceparent,
  runWith,
  type TraceContext,
  TRACEPARENT,
} from "@caryatid/sdk/internal/tracing";
import {
  context as exportedContext,
  isSpanContextValid,
  ROOT_CONTEXT,
  type Span as ExportedSpan,
  trace,
  TraceFlags,
  type Tracer as ExportedTracer,
} from "@opentelemetry/api";
import { VERSION } from "../platform/version.ts";
import { describeSpan, SCHEMA_URL } from "./conventions.ts";
import { Sampler } from "./sampler.ts";
import { Span } from "./span.ts";
import type { SpanStart } from "./span_start.ts";

/** Options of {@linkcode Tracer}. */
export interface TracerOptions {
  /** Share of steps without a cause that begin a trace, 0 to 1. */
  readonly sample: number;
  /** Maximum number of traces that begin per second. */
  readonly tracesPerSecond: number;
  /** Called at the first trace that this maximum skips. */
  readonly onLimit?: (() => void) | undefined;
  /** Topic whose messages are never traced. */
  readonly topic: string | undefined;
  /** Receives each finished span (none are recorded here). */
  readonly finish?: ((record: SpanRecord) => void) | undefined;
}

/**
 * Decides which steps are spans, and begins them.
 *
 * A step that has a cause shares the decision of its cause. A step without one
 * is the root of a trace with the probability `sample`. The decision comes
 * first: nothing is created for the others.
 */
export class Tracer {
  /** Position of everything that is not sampled. */
  readonly unsampled: TraceContext = {
    traceId: randomId() + randomId(),
    spanId: randomId(),
    sampled: false,
  };
  readonly #options: TracerOptions;
  readonly #sampler: Sampler;
  readonly #exporter: ExportedTracer;
  /** True if the program may have active spans of OpenTelemetry. */
  readonly #hasActiveSpans = registered().context !== undefined;

  /** Begins no span yet. */
  constructor(options: TracerOptions) {
    this.#options = options;
    const { sample: share, tracesPerSecond: perSecond, onLimit } = options;
    this.#sampler = new Sampler({
      share,
      perSecond,
      ...onLimit && { onLimit },
    });
    this.#exporter = trace.getTracerProvider().getTracer(
      "@caryatid/process",
      VERSION,
      {
        schemaUrl: SCHEMA_URL,
      },
    );
  }

  /** Returns true if messages on `topic` are never traced. */
  isExcluded(topic: string): boolean {
    return topic === this.#options.topic;
  }

  /**
   * Returns the cause of a step: that of its headers, else the active one, else
   * the active span of OpenTelemetry. Malformed headers count as none.
   */
  cause(
    headers: Readonly<Record<string, string>> | undefined,
  ): TraceContext | undefined {
    const header = headers?.[TRACEPARENT];
    const own = header === undefined ? undefined : parseTraceparent(header);
    if (own !== undefined) return own;
    const active = activeContext();
    return active === undefined && this.#hasActiveSpans ? activeSpan() : active;
  }

  /** Returns true if a step with this cause is a span. */
  samples(cause: TraceContext | undefined): boolean {
    return cause === undefined ? this.#sampler.select() : cause.sampled;
  }

  /**
   * Returns the number of traces that the maximum per second has skipped since
   * the last call.
   */
  takeSkipped(): number {
    return this.#sampler.takeSkipped();
  }

  /** Begins a span now. */
  begin(start: SpanStart): Span {
    const { parent, messageId } = start;
    const recorded = registered().trace ? this.#export(start) : undefined;
    const ids = recorded?.spanContext();
    const context: TraceContext = {
      traceId: ids?.traceId ?? parent?.traceId ?? randomId() + randomId(),
      spanId: ids?.spanId ?? randomId(),
      sampled: true,
      messageId,
    };
    const { finish } = this.#options;
    const span = new Span(start, context, recorded, finish);
    if (recorded) spans.set(context, recorded);
    return span;
  }

  /** Begins a span of the SDK. Returns undefined if its sampler drops it. */
  #export(start: SpanStart): ExportedSpan | undefined {
    const { name, kind, attributes } = describeSpan(start);
    const around = start.parent === undefined
      ? ROOT_CONTEXT
      : remote(start.parent);
    const span = this.#exporter.startSpan(name, { kind, attributes }, around);
    return span.isRecording() ? span : undefined;
  }
}

/** Spans of the OpenTelemetry SDK, for code that it instruments. */
const spans = new WeakMap<TraceContext, ExportedSpan>();

/**
 * Calls `work` with `position` as its position, also for code that an
 * OpenTelemetry SDK instruments.
 */
export function runAt<T>(position: TraceContext, work: () => T): T {
  const span = spans.get(position);
  if (span === undefined) return runWith(position, work);
  const around = trace.setSpan(exportedContext.active(), span);
  return exportedContext.with(around, () => runWith(position, work));
}

function remote({ traceId, spanId }: TraceContext) {
  return trace.setSpanContext(ROOT_CONTEXT, {
    traceId,
    spanId,
    traceFlags: TraceFlags.SAMPLED,
    isRemote: true,
  });
}

/** Key under which an SDK of OpenTelemetry registers itself. */
const REGISTERED = Symbol.for("opentelemetry.js.api.1");

/** Parts that an SDK of OpenTelemetry has registered. */
function registered(): {
  readonly trace?: unknown;
  readonly context?: unknown;
} {
  return (globalThis as Record<symbol, unknown>)[REGISTERED] ?? {};
}

/** Returns the position of a span that the program itself has begun. */
export function activeSpan(): TraceContext | undefined {
  const active = trace.getActiveSpan()?.spanContext();
  if (active === undefined || !isSpanContextValid(active)) return undefined;
  const { traceId, spanId, traceFlags } = active;
  const sampled = (traceFlags & TraceFlags.SAMPLED) !== 0;
  return { traceId, spanId, sampled };
}
