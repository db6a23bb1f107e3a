import type { SpanKind } from "@caryatid/sdk";
import {
  type Attributes,
  type Span,
  SpanKind as Kind,
  SpanStatusCode,
} from "@opentelemetry/api";
import type { SpanStart } from "./span_start.ts";

/**
 * Version of OpenTelemetry's semantic conventions whose names are used. The
 * conventions of messaging are still in development: names may change with it.
 */
export const SCHEMA_URL = "https://opentelemetry.io/schemas/1.45.0";

/** Value of `messaging.system`. */
const SYSTEM = "caryatid";

interface Operation {
  /** First word of the name, and `messaging.operation.name`. */
  readonly name: string;
  /** `messaging.operation.type`. */
  readonly type: string;
  readonly kind: Kind;
}

const OPERATIONS: Readonly<Record<Exclude<SpanKind, "http">, Operation>> = {
  publish: { name: "publish", type: "send", kind: Kind.PRODUCER },
  deliver: { name: "process", type: "process", kind: Kind.CONSUMER },
  request: { name: "request", type: "send", kind: Kind.CLIENT },
  handle: { name: "handle", type: "process", kind: Kind.SERVER },
};

/** Name, kind and attributes of a span, as the conventions define them. */
export interface ConventionalSpan {
  readonly name: string;
  readonly kind: Kind;
  readonly attributes: Attributes;
}

/** Returns the name of a step, as the conventions form it. */
export function nameOf({ kind, topic, pattern }: SpanStart): string {
  return kind === "http"
    ? topic.split(" ", 1)[0]!
    : `${OPERATIONS[kind].name} ${pattern ?? topic}`;
}

/** Returns how the conventions describe a step. */
export function describeSpan(start: SpanStart): ConventionalSpan {
  const { kind, topic, pattern, module, messageId } = start;
  if (kind === "http") return describeHttp(start);
  const operation = OPERATIONS[kind];
  const attributes: Attributes = {
    "messaging.system": SYSTEM,
    "messaging.operation.name": operation.name,
    "messaging.operation.type": operation.type,
    "messaging.destination.name": topic,
    "caryatid.module": module,
  };
  if (pattern !== undefined) {
    attributes["messaging.destination.template"] = pattern;
  }
  if (messageId !== undefined) attributes["messaging.message.id"] = messageId;
  return {
    name: nameOf(start),
    kind: operation.kind,
    attributes,
  };
}

/**
 * Returns how the conventions describe an HTTP request. Its name has no path:
 * names of spans must be few.
 */
function describeHttp(start: SpanStart): ConventionalSpan {
  const [, path] = start.topic.split(" ", 2);
  const method = nameOf(start);
  return {
    name: method,
    kind: Kind.SERVER,
    attributes: {
      "http.request.method": method,
      ...path !== undefined && { "url.path": path },
      "caryatid.module": start.module,
    },
  };
}

/** Marks a span as failed. */
export function failSpan(
  span: Span,
  { code, message }: { readonly code: string; readonly message: string },
): void {
  span.setAttribute("error.type", code);
  span.setStatus({ code: SpanStatusCode.ERROR, message });
}
