import type { SpanKind, SpanRecord } from "@caryatid/sdk";

/** Topics of the observation itself, whose spans are ignored. */
const INTERNAL = /^caryatid\.(monitor|tracing|control)\./;
/** Time that a trace is kept after its latest span arrived, in milliseconds. */
const KEPT = 5 * 60_000;
/** Maximum number of recent traces, and of slowest and failed ones. */
const MAX_RECENT = 200;
const MAX_SPECIAL = 50;
/** Maximum number of spans of a trace, and of all traces. */
const MAX_SPANS = 500;
const MAX_ALL_SPANS = 20_000;
const KINDS: ReadonlySet<unknown> = new Set<SpanKind>([
  "publish",
  "deliver",
  "request",
  "handle",
  "http",
]);

/** A span with the process that made it. */
export interface StoredSpan extends SpanRecord {
  readonly process: string;
}

/** One trace with its spans. */
export interface Trace {
  readonly id: string;
  readonly spans: readonly StoredSpan[];
  /** Number of spans beyond the limit. */
  readonly left: number;
}

/** One line of the lists. */
export interface TraceLine {
  readonly id: string;
  /** Name of the earliest span. */
  readonly name: string;
  /** Milliseconds since 1970. */
  readonly start: number;
  /** Milliseconds. */
  readonly duration: number;
  readonly spans: number;
  readonly modules: number;
  /** Text of the first error, if a span failed. */
  readonly error?: string;
}

/** Lists of kept traces. */
export interface TraceLists {
  /** Newest first. */
  readonly recent: readonly TraceLine[];
  readonly slowest: readonly TraceLine[];
  readonly failed: readonly TraceLine[];
}

interface Stored {
  readonly id: string;
  readonly spans: Map<string, StoredSpan>;
  left: number;
  start: number;
  end: number;
  /** Time at which its latest span arrived, in milliseconds since 1970. */
  arrived: number;
  failed: boolean;
}

/**
 * Keeps the traces of the last minutes: the newest ones, and in addition the
 * slowest and the failed ones. Its memory is bounded, whatever arrives.
 */
export class TraceStore {
  readonly #traces = new Map<string, Stored>();
  readonly #messages = new Map<string, string>();
  readonly #now: () => number;
  readonly #observer: string;
  #count = 0;
  #dropped = 0;
  #skipped = 0;

  /**
   * Ignores spans of the module `observer`. `now` returns milliseconds since
   * 1970.
   */
  constructor(observer: string, now: () => number = Date.now) {
    this.#observer = observer;
    this.#now = now;
  }

  /** Takes a batch of spans; ignores anything else. */
  take(message: unknown): void {
    const { process, dropped, skipped, spans } = (message ?? {}) as Record<
      string,
      unknown
    >;
    if (!Array.isArray(spans)) return;
    if (typeof dropped === "number" && dropped > 0) this.#dropped += dropped;
    if (typeof skipped === "number" && skipped > 0) this.#skipped += skipped;
    const name = text(process, 200);
    for (const span of spans.slice(0, 2_000)) {
      const read = readSpan(span, name);
      const isOwn = read?.module === this.#observer ||
        INTERNAL.test(read?.topic ?? "");
      if (read && !isOwn) this.#add(read);
    }
    this.#prune();
  }

  /** Numbers of kept, seen and lost spans, and of skipped traces. */
  summary(): {
    traces: number;
    spans: number;
    dropped: number;
    skipped: number;
  } {
    return {
      traces: this.#traces.size,
      spans: this.#count,
      dropped: this.#dropped,
      skipped: this.#skipped,
    };
  }

  /** Returns the trace of that id, or of the message of that id. */
  find(id: string): Trace | undefined {
    const trace = this.#traces.get(id) ??
      this.#traces.get(this.#messages.get(id) ?? "");
    if (trace === undefined) return undefined;
    const spans = [...trace.spans.values()].sort((a, b) => a.start - b.start);
    return { id: trace.id, spans, left: trace.left };
  }

  /** Returns the lists, newest, slowest and latest failures first. */
  lists(): TraceLists {
    const all = [...this.#traces.values()];
    const newest = all.toSorted((a, b) => b.start - a.start);
    return {
      recent: newest.slice(0, MAX_SPECIAL).map(lineOf),
      slowest: slowest(all).map(lineOf),
      failed: newest.filter(({ failed }) => failed).slice(0, MAX_SPECIAL)
        .map(lineOf),
    };
  }

  #add(span: StoredSpan): void {
    this.#count++;
    const { traceId, start, duration, messageId } = span;
    let trace = this.#traces.get(traceId);
    if (trace === undefined) {
      trace = {
        id: traceId,
        spans: new Map(),
        left: 0,
        start,
        end: start + duration,
        arrived: 0,
        failed: false,
      };
      this.#traces.set(traceId, trace);
    }
    trace.start = Math.min(trace.start, start);
    trace.end = Math.max(trace.end, start + duration);
    trace.arrived = this.#now();
    trace.failed ||= span.error !== undefined;
    if (trace.spans.size < MAX_SPANS) trace.spans.set(span.spanId, span);
    else trace.left++;
    if (messageId !== undefined) this.#messages.set(messageId, traceId);
  }

  #prune(): void {
    const oldest = this.#now() - KEPT;
    for (const [id, { arrived }] of this.#traces) {
      if (arrived < oldest) this.#traces.delete(id);
    }
    if (this.#traces.size > MAX_RECENT + 2 * MAX_SPECIAL) this.#select();
    this.#dropOldest();
    for (const [message, trace] of this.#messages) {
      if (this.#messages.size <= 10_000 && this.#traces.has(trace)) break;
      this.#messages.delete(message);
    }
  }

  #select(): void {
    const all = [...this.#traces.values()];
    const failed = all.filter(({ failed }) => failed).slice(-MAX_SPECIAL);
    const kept = new Set([
      ...slowest(all),
      ...failed,
      ...all.slice(-MAX_RECENT),
    ]);
    for (const trace of all) {
      if (!kept.has(trace)) this.#traces.delete(trace.id);
    }
  }

  #dropOldest(): void {
    const all = [...this.#traces.values()];
    let total = all.reduce((sum, { spans }) => sum + spans.size, 0);
    for (const { id, spans } of all) {
      if (total <= MAX_ALL_SPANS) break;
      total -= spans.size;
      this.#traces.delete(id);
    }
  }
}

/** Returns the slowest traces; of equally slow ones the newest. */
function slowest(all: readonly Stored[]): Stored[] {
  return all.toSorted((a, b) =>
    (b.end - b.start) - (a.end - a.start) || b.start - a.start
  ).slice(0, MAX_SPECIAL);
}

function lineOf({ id, spans, start, end }: Stored): TraceLine {
  const all = [...spans.values()];
  const first = all.reduce((a, b) => b.start < a.start ? b : a);
  const error = all.find(({ error }) => error)?.error;
  return {
    id,
    name: first.kind === "http" ? first.topic : first.name,
    start,
    duration: end - start,
    spans: all.length,
    modules: new Set(all.map(({ process, module }) => `${process}/${module}`))
      .size,
    ...error && { error: `${error.code}: ${error.message}` },
  };
}

/** Returns a checked copy of a span, or undefined. */
function readSpan(value: unknown, process: string): StoredSpan | undefined {
  const span = (value ?? {}) as Record<string, unknown>;
  const { traceId, spanId, parentId, kind, start, duration, error } = span;
  const isId = typeof traceId === "string" && /^[0-9a-f]{32}$/.test(traceId) &&
    typeof spanId === "string" && /^[0-9a-f]{16}$/.test(spanId);
  const [begin, length] = [Number(start), Number(duration)];
  if (!isId || !KINDS.has(kind)) return undefined;
  if (!Number.isFinite(begin) || !(length >= 0 && length < Infinity)) {
    return undefined;
  }
  const messageId = text(span["messageId"], 200);
  const { code, message } = (error ?? {}) as Record<string, unknown>;
  return {
    process,
    traceId,
    spanId,
    kind: kind as SpanKind,
    name: text(span["name"], 300),
    module: text(span["module"], 200),
    topic: text(span["topic"], 300),
    start: begin,
    duration: length,
    ...typeof parentId === "string" && { parentId: text(parentId, 16) },
    ...messageId !== "" && { messageId },
    ...error !== undefined &&
      { error: { code: text(code, 100), message: text(message, 500) } },
  };
}

function text(value: unknown, length: number): string {
  return typeof value === "string" ? value.slice(0, length) : "";
}
