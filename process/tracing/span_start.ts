import type { SpanKind } from "@caryatid/sdk";
import type { TraceContext } from "@caryatid/sdk/internal/tracing";

/** Facts about a step, before it begins. */
export interface SpanStart {
  readonly kind: SpanKind;
  /** Id of the module. */
  readonly module: string;
  /** Topic of the message, or method and path of the HTTP request. */
  readonly topic: string;
  /** Pattern of the subscription or handler. */
  readonly pattern?: string | undefined;
  readonly messageId?: string | undefined;
  /** Span that caused it. */
  readonly parent?: TraceContext | undefined;
}
