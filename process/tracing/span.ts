import { CaryatidError, type SpanRecord } from "@caryatid/sdk";
import { describeFailure } from "@caryatid/sdk/bus";
import type { TraceContext } from "@caryatid/sdk/internal/tracing";
import type { Span as ExportedSpan } from "@opentelemetry/api";
import { failSpan, nameOf } from "./conventions.ts";
import type { SpanStart } from "./span_start.ts";

/** Longest text of an error in a span. */
const MAX_TEXT = 500;

const { timeOrigin } = performance;

type Failure = NonNullable<SpanRecord["error"]>;

/** One step of a sampled trace, until it ends. */
export class Span {
  readonly context: TraceContext;
  readonly #start: SpanStart;
  readonly #began: number;
  readonly #exported: ExportedSpan | undefined;
  readonly #finish: ((record: SpanRecord) => void) | undefined;
  #ended = false;

  /**
   * Begins it now. `exported` is the span of the OpenTelemetry SDK, if one
   * records it. `finish` receives the record at the end.
   */
  constructor(
    start: SpanStart,
    context: TraceContext,
    exported: ExportedSpan | undefined,
    finish: ((record: SpanRecord) => void) | undefined,
  ) {
    this.context = context;
    this.#start = start;
    this.#exported = exported;
    this.#finish = finish;
    this.#began = finish ? performance.now() : 0;
  }

  /** Ends it, with the error of a failed step. Only the first call counts. */
  end(error?: unknown): void {
    if (this.#ended) return;
    this.#ended = true;
    const failure = error === undefined ? undefined : failureOf(error);
    this.#finish?.(this.#record(failure));
    if (this.#exported === undefined) return;
    if (failure) failSpan(this.#exported, failure);
    this.#exported.end();
  }

  /** Sets the status code of an HTTP answer. */
  answered(status: number): void {
    this.#exported?.setAttribute("http.response.status_code", status);
  }

  // Without spread: that takes longer than everything else here.
  #record(error: Failure | undefined): SpanRecord {
    const { kind, module, topic, messageId, parent } = this.#start;
    const { traceId, spanId } = this.context;
    const record: { -readonly [K in keyof SpanRecord]: SpanRecord[K] } = {
      traceId,
      spanId,
      name: nameOf(this.#start),
      kind,
      module,
      topic,
      start: timeOrigin + this.#began,
      duration: performance.now() - this.#began,
    };
    if (parent !== undefined) record.parentId = parent.spanId;
    if (error !== undefined) record.error = error;
    if (messageId !== undefined) record.messageId = messageId;
    return record;
  }
}

function failureOf(error: unknown): Failure {
  const { message } = describeFailure(error);
  const code = error instanceof CaryatidError ? error.code : "OTHER";
  return { code, message: message.slice(0, MAX_TEXT) };
}
