/**
 * Collections and event loop functions of the bus engine.
 *
 * Internal to the packages of Caryatid: any release may change it.
 *
 * @module
 */
export { BudgetedRing } from "./budgeted_ring.ts";
export { Ring, type UnorderedItem, UnorderedSet } from "./collections.ts";
export {
  loopMonotonic,
  loopTime,
  turnStart,
  yieldPeriodically,
  yieldToEventLoop,
} from "./event_loop.ts";
export type { ObservableLoop } from "./observable_loop.ts";
export { TopicCache } from "./pattern_index.ts";
export { QuietAbort } from "./quiet_abort.ts";
export { ownErrorFault } from "./remote_failure.ts";
export {
  type Observed,
  type ObservedRequest,
  RequestPairs,
  type RequestPairsOptions,
} from "./request_pairs.ts";
export { observedPatterns } from "./observed_patterns.ts";
