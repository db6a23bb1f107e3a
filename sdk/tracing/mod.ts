/**
 * Position in a trace, in message headers and in async context.
 *
 * Internal to the packages of Caryatid: any release may change it.
 *
 * @module
 */
export { activeContext, runWith } from "./active_context.ts";
export {
  CAUSATION,
  formatTraceparent,
  parseTraceparent,
  SENDER,
  type TraceContext,
  TRACEPARENT,
} from "./trace_context.ts";
export type { ModuleTracer } from "./module_tracer.ts";
export { type DeliverySpan, TracedRequest } from "./traced_delivery.ts";
export {
  type DeliveryTracer,
  TracedSubscription,
} from "./traced_subscription.ts";
