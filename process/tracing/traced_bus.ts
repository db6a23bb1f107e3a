import type {
  HandleOptions,
  Handler,
  Handling,
  MessageBus,
  PublishOptions,
  RequestDelivery,
  RequestOptions,
} from "@caryatid/sdk";
import { BusLayer, randomId } from "@caryatid/sdk/bus";
import {
  CAUSATION,
  formatTraceparent,
  parseTraceparent,
  SENDER,
  type TraceContext,
  TracedRequest,
  TRACEPARENT,
} from "@caryatid/sdk/internal/tracing";
import type { Span } from "./span.ts";
import type { SpanStart } from "./span_start.ts";
import { runAt, type Tracer } from "./tracer.ts";

type SendOptions = PublishOptions & RequestOptions;

/**
 * Layer that makes spans of the sampled publishes, requests and handlers of one
 * module. Deliveries are traced where the loop of the module is.
 */
export class TracedBus extends BusLayer {
  readonly #tracer: Tracer;
  readonly #module: string;
  /**
   * Options of a message that is not sampled and may leave the process: the
   * next process must not decide again.
   */
  readonly #unsampled: SendOptions | undefined;
  /** The last promise of a publish that was seen fulfilled. */
  #accepted: Promise<void> | undefined;

  /** Wraps the bus of the module of that id. */
  constructor(inner: MessageBus, module: string, tracer: Tracer) {
    super(inner);
    this.#tracer = tracer;
    this.#module = module;
    if (!inner.abilities.external) return;
    const header = formatTraceparent(tracer.unsampled);
    this.#unsampled = { headers: { [TRACEPARENT]: header } };
  }

  override publish(
    topic: string,
    message: unknown,
    options?: PublishOptions,
  ): Promise<void> {
    const cause = this.#tracer.cause(options?.headers);
    if (!this.#tracer.samples(cause) || this.#tracer.isExcluded(topic)) {
      return this.inner.publish(topic, message, this.#plain(options));
    }
    return this.#publishSampled(topic, message, options, cause);
  }

  // Apart from `publish`, which stays small enough to be inlined.
  #publishSampled(
    topic: string,
    message: unknown,
    options: PublishOptions | undefined,
    cause: TraceContext | undefined,
  ): Promise<void> {
    const messageId = options?.id ?? randomId();
    const span = this.#begin("publish", topic, cause, messageId);
    const { headers } = this.#sent(options, span.context, cause);
    const sent = { ...options, id: messageId, headers: headers! };
    const call = this.inner.publish(topic, message, sent);
    // A bus that accepts at once returns the same promise each time.
    if (call === this.#accepted) {
      span.end();
      return call;
    }
    return settled(span, call, () => this.#accepted = call);
  }

  override request(
    topic: string,
    message: unknown,
    options?: RequestOptions,
  ): Promise<unknown> {
    const cause = this.#tracer.cause(options?.headers);
    if (!this.#tracer.samples(cause)) {
      return this.inner.request(topic, message, this.#plain(options));
    }
    const span = this.#begin("request", topic, cause, undefined);
    const sent = this.#sent(options, span.context, cause);
    return settled(span, this.inner.request(topic, message, sent));
  }

  override handle(
    pattern: string,
    handler: Handler,
    options?: HandleOptions,
  ): Handling {
    return this.inner.handle(
      pattern,
      (request) => this.#handle(pattern, handler, request),
      options,
    );
  }

  #handle(
    pattern: string,
    handler: Handler,
    request: RequestDelivery,
  ): unknown {
    const cause = parseTraceparent(request.headers[TRACEPARENT]);
    if (cause === undefined && !this.inner.abilities.external) {
      return handler(request); // not sampled by a process that traces
    }
    if (!this.#tracer.samples(cause)) {
      return runAt(this.#tracer.unsampled, () => handler(request));
    }
    const { topic, id: messageId } = request;
    const span = this.#tracer.begin({
      kind: "handle",
      module: this.#module,
      topic,
      pattern,
      messageId,
      parent: cause,
    });
    const traced = new TracedRequest(request, span);
    return ended(span, () => runAt(span.context, () => handler(traced)));
  }

  #begin(
    kind: SpanStart["kind"],
    topic: string,
    parent: TraceContext | undefined,
    messageId: string | undefined,
  ): Span {
    const module = this.#module;
    return this.#tracer.begin({ kind, module, topic, parent, messageId });
  }

  /** Returns the options of a message that is not sampled. */
  #plain<T extends SendOptions>(options: T | undefined): T | undefined {
    const unsampled = this.#unsampled;
    if (unsampled === undefined) return options;
    if (options === undefined) return unsampled as T;
    const { headers } = options;
    if (headers?.[TRACEPARENT] !== undefined) return options;
    return { ...options, headers: { ...headers, ...unsampled.headers } };
  }

  /** Returns the options of a sampled message: its headers name its cause. */
  #sent<T extends SendOptions>(
    options: T | undefined,
    context: TraceContext,
    cause: TraceContext | undefined,
  ): T {
    const headers: Record<string, string> = options?.headers
      ? { ...options.headers }
      : {};
    headers[TRACEPARENT] = formatTraceparent(context);
    headers[SENDER] = this.#module;
    if (cause?.messageId !== undefined) headers[CAUSATION] = cause.messageId;
    return { ...options, headers } as unknown as T;
  }
}

/** Ends the span when the call settles. Settles as the call does. */
async function settled<T>(
  span: Span,
  call: Promise<T>,
  onFulfilled?: () => void,
): Promise<T> {
  try {
    const value = await call;
    onFulfilled?.();
    span.end();
    return value;
  } catch (error) {
    span.end(error);
    throw error;
  }
}

/** Ends the span when `handler` has returned its answer. */
function ended(span: Span, handler: () => unknown): unknown {
  try {
    const answer = handler();
    if (isThenable(answer)) return settled(span, Promise.resolve(answer));
    span.end();
    return answer;
  } catch (error) {
    span.end(error);
    throw error;
  }
}

function isThenable(value: unknown): boolean {
  return typeof value === "object" && value !== null && "then" in value;
}
