/**
 * Kind of a span: a publish, the handling of a delivery, a request, the work of
 * its handler, or a request of an HTTP client.
 */
export type SpanKind = "publish" | "deliver" | "request" | "handle" | "http";

/** One finished step of a sampled trace. */
export interface SpanRecord {
  /** Id of the trace: 32 hex digits. */
  readonly traceId: string;
  /** Id of this span: 16 hex digits. */
  readonly spanId: string;
  /** Id of the span that caused this one; absent at the root of a trace. */
  readonly parentId?: string;
  /** Operation and topic or pattern, as OpenTelemetry names them. */
  readonly name: string;
  /** Kind of the step. */
  readonly kind: SpanKind;
  /** Id of the module; `process` is the program around the modules. */
  readonly module: string;
  /** Topic of the message; method and path of an HTTP request. */
  readonly topic: string;
  /** Begin in milliseconds since 1970, with a fraction. */
  readonly start: number;
  /** Duration in milliseconds, with a fraction. */
  readonly duration: number;
  /** Code and text of the error that ended the step; absent if it succeeded. */
  readonly error?: { readonly code: string; readonly message: string };
  /** Id of the message, if it is known. */
  readonly messageId?: string;
}

/** Message on `[tracing] topic`: the spans that a process finished recently. */
export interface SpanBatch {
  /** Name in `[process.<name>]`, or `process`. */
  readonly process: string;
  /** Number of spans lost since the batch before, for lack of room. */
  readonly dropped: number;
  /**
   * Number of traces that did not begin since the batch before, because of
   * `traces-per-second`; missing for none.
   */
  readonly skipped?: number;
  /** Finished spans, oldest first: at most 512. */
  readonly spans: readonly SpanRecord[];
}
