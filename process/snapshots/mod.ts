/**
 * Messages with the state of processes, as the monitor publishes them.
 *
 * Internal to the packages of Caryatid: any release may change it.
 *
 * @module
 */
export { metricsOf } from "./metrics.ts";
export { ProcessViews } from "./process_views.ts";
export { PROMETHEUS_TYPE, prometheusText } from "./prometheus_text.ts";
export { readSnapshot } from "./read_snapshot.ts";
export type { SnapshotMessage } from "./snapshot_message.ts";
export type { ModuleView, ProcessView } from "./views.ts";
export {
  type Chain,
  type Chains,
  findChains,
  mayMeet,
  refKey,
  type Role,
} from "./waits.ts";
