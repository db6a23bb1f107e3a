/** Position in a trace, as a message header carries it. */
export interface TraceContext {
  /** Id of the trace: 32 hex digits. */
  readonly traceId: string;
  /** Id of the span that is active here: 16 hex digits. */
  readonly spanId: string;
  /** True if the spans of this trace are recorded. */
  readonly sampled: boolean;
  /** Id of the message that is handled here, if one is. */
  readonly messageId?: string | undefined;
}

/** Header of the position in a trace, as W3C Trace Context defines it. */
export const TRACEPARENT = "traceparent";

/** Header of the id of the message whose handling caused a message. */
export const CAUSATION = "causation-id";

/** Header of the id of the module that sent a message. */
export const SENDER = "sender-module";

/** Length of a value of version 00. Later versions may append parts. */
const LENGTH = 55;

const FORM = /^([0-9a-f]{2})-([0-9a-f]{32})-([0-9a-f]{16})-([0-9a-f]{2})/;

const NO_TRACE = "0".repeat(32);
const NO_SPAN = "0".repeat(16);

/** Longest value that is read. */
const MAX_LENGTH = 256;

/** Header that was formatted last, and its position. */
let lastHeader: string | undefined;
let lastContext: TraceContext | undefined;

/**
 * Parses the value of a `traceparent` header. Returns undefined if it is
 * malformed: the message is then handled as if it had no such header.
 */
export function parseTraceparent(value: unknown): TraceContext | undefined {
  // In memory a message is usually delivered right after its publish.
  if (value === lastHeader && value !== undefined) return lastContext;
  if (typeof value !== "string" || value.length > MAX_LENGTH) return undefined;
  const found = FORM.exec(value);
  if (found === null) return undefined;
  const [, version, traceId, spanId, flags] = found as unknown as string[];
  if (version === "ff" || traceId === NO_TRACE || spanId === NO_SPAN) {
    return undefined;
  }
  const end = value.length > LENGTH ? value[LENGTH] : undefined;
  if (version === "00" ? end !== undefined : end !== "-" && end !== undefined) {
    return undefined;
  }
  return {
    traceId: traceId!,
    spanId: spanId!,
    sampled: (parseInt(flags!, 16) & 1) === 1,
  };
}

/** Returns the value of a `traceparent` header. */
export function formatTraceparent(context: TraceContext): string {
  const { traceId, spanId, sampled } = context;
  lastContext = { traceId, spanId, sampled };
  return lastHeader = `00-${traceId}-${spanId}-${sampled ? "01" : "00"}`;
}
