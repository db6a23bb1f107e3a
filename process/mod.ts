/**
 * Runs modules: a {@linkcode Process} reads a TOML file, creates the buses that
 * it names, finds the modules, and runs them until it is stopped. A program of
 * one file calls {@linkcode Process.main}; tests and larger programs hold a
 * process.
 *
 * @example A module that its program requests
 * ```ts
 * import { Process } from "@caryatid/process";
 * import { defineModule } from "@caryatid/sdk";
 * import assert from "node:assert/strict";
 *
 * const shout = defineModule({
 *   name: "shout",
 *   init(context) {
 *     context.handle("shout", ({ message }) => String(message).toUpperCase());
 *   },
 * });
 *
 * await using process = await Process.create({
 *   config: { module: { shout: {} }, log: { level: "error" } },
 *   modules: [shout],
 * });
 * await process.start();
 * assert.equal(await process.context.request("shout", "hello"), "HELLO");
 * ```
 *
 * @module
 */
export { InMemoryBus, type InMemoryBusOptions } from "@caryatid/sdk/bus";
export type { Route } from "./buses/route_table.ts";
export { RoutingBus, type RoutingBusOptions } from "./buses/routing.ts";
export { ConfigError } from "./config/config_error.ts";
export type { ConfigProblem, Place } from "./config/process_config.ts";
export type { ConfigInput } from "./config/read_config.ts";
export type { Importer } from "./loading/loader.ts";
export type { Monitor } from "./monitor/monitor.ts";
export type {
  BusStatus,
  ModuleFailure,
  ModuleStatus,
  ProcessSnapshot,
  RouteSnapshot,
} from "./monitor/process_snapshot.ts";
export type {
  DurationsSnapshot,
  FullQueue,
  HandlingsSnapshot,
  ModuleSnapshot,
  MonitorSnapshot,
  ReadsSnapshot,
  RequestsSnapshot,
  WritesSnapshot,
} from "./monitor/snapshot.ts";
export type { Outcome } from "./lifecycle/outcome.ts";
export { Process } from "./process.ts";
export type { ProcessOptions, SwapOptions } from "./process_options.ts";
