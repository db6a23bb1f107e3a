import { SubscriptionLayer } from "../bus/layers.ts";
import type { ObservableLoop } from "../bus/observable_loop.ts";
import type { Delivery } from "../delivery.ts";
import type { Subscription } from "../subscription.ts";
import { LoopScope } from "./loop_scope.ts";
import type { TraceContext } from "./trace_context.ts";
import { type DeliverySpan, TracedDelivery } from "./traced_delivery.ts";

/** Decides about deliveries, and begins their spans. */
export interface DeliveryTracer {
  /**
   * True if the deliveries are handled elsewhere: the async context of the loop
   * is then that of a bridge, and stays unchanged.
   */
  readonly isElsewhere: boolean;
  /** Position of a delivery that is not sampled. */
  readonly unsampled: TraceContext;
  /** Begins the span of a delivery; undefined if it is not sampled. */
  begin(delivery: Delivery, pattern: string): DeliverySpan | undefined;
}

type Step = IteratorResult<Delivery, undefined>;

/**
 * Subscription of a module whose steps are spans. It is the outermost layer:
 * only there the async context of the module's own loop is known.
 */
export class TracedSubscription extends SubscriptionLayer {
  readonly #tracer: DeliveryTracer;

  /** Wraps `inner`. */
  constructor(inner: Subscription, tracer: DeliveryTracer) {
    super(inner);
    this.#tracer = tracer;
  }

  override [Symbol.asyncIterator](): AsyncIterator<Delivery, undefined> {
    return new TracedLoop(super[Symbol.asyncIterator](), {
      tracer: this.#tracer,
      pattern: this.pattern,
    });
  }

  override reject(
    delivery: Delivery,
    error: unknown,
    attempts?: number,
  ): boolean {
    if (!(delivery instanceof TracedDelivery)) {
      return this.inner.reject(delivery, error, attempts);
    }
    delivery.span.end(error);
    return this.inner.reject(delivery, error, attempts) ||
      this.inner.reject(delivery.original, error, attempts);
  }
}

/** Parts of a subscription that its loops use. */
interface LoopOptions {
  readonly tracer: DeliveryTracer;
  readonly pattern: string;
}

class TracedLoop implements AsyncIterator<Delivery, undefined> {
  readonly #inner: ObservableLoop;
  readonly #options: LoopOptions;
  readonly #observed: boolean;
  readonly #scope: LoopScope | undefined;
  #inFlight: TracedDelivery | undefined;
  /** True if the next step needs another place, or a span is to be ended. */
  #isDue = true;

  constructor(inner: ObservableLoop, options: LoopOptions) {
    this.#inner = inner;
    this.#options = options;
    const { unsampled, isElsewhere } = options.tracer;
    if (!isElsewhere) this.#scope = new LoopScope(unsampled);
    this.#observed = inner.observe?.((delivery) => this.#receive(delivery)) ??
      false;
  }

  next(): Promise<Step> {
    if (this.#isDue) this.#renew();
    const step = this.#inner.next();
    return this.#observed ? step : step.then((step) => this.#replace(step));
  }

  return(): Promise<Step> {
    this.#scope?.leave();
    this.#end();
    return this.#inner.return!() as Promise<Step>;
  }

  throw(error: unknown): Promise<Step> {
    this.#scope?.leave();
    this.#end(error);
    const { throw: leave, return: end } = this.#inner;
    const left = leave
      ? leave.call(this.#inner, error)
      : end!.call(this.#inner);
    return left as Promise<Step>;
  }

  #replace(step: Step): Step {
    return step.done ? step : { done: false, value: this.#receive(step.value) };
  }

  #receive(delivery: Delivery): Delivery {
    const { tracer, pattern } = this.#options;
    const span = tracer.begin(delivery, pattern);
    if (span === undefined) {
      this.#scope?.set(undefined);
      return delivery;
    }
    return this.#traced(delivery, span);
  }

  #traced(delivery: Delivery, span: DeliverySpan): Delivery {
    this.#scope?.set(span.context);
    this.#isDue = true;
    return this.#inFlight = new TracedDelivery(delivery, span);
  }

  /** Ends the span of the last step, and gives the next one its place. */
  #renew(): void {
    this.#isDue = this.#scope?.enter(this.#inFlight !== undefined) ?? false;
    this.#end();
  }

  #end(error?: unknown): void {
    this.#inFlight?.span.end(error);
    this.#inFlight = undefined;
  }
}
