/**
 * What runs modules: a {@linkcode Process} reads a TOML file, makes the buses that it names, finds the modules, and lets them
 * talk until it is stopped. A program of one file calls {@linkcode Process.main}; tests, and programs that do more, hold one.
 *
 * @example One module, asked by its program
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
export { InMemoryBus, type InMemoryBusOptions } from "./buses/in_memory.ts";
export type { Route } from "./buses/route_table.ts";
export { RoutingBus, type RoutingBusOptions } from "./buses/routing.ts";
export { ConfigError } from "./config/config_error.ts";
export type { Place, Problem } from "./config/process_config.ts";
export type { ConfigInput } from "./config/read_config.ts";
export type { RelayAddress } from "./isolation/relay/relay_address.ts";
export type { Importer } from "./loader.ts";
export type { Monitor } from "./monitor/monitor.ts";
export type {
  HandlingsSnapshot,
  HeldUpBy,
  ModuleSnapshot,
  MonitorSnapshot,
  ReadsSnapshot,
  RequestsSnapshot,
  WritesSnapshot,
} from "./monitor/snapshot.ts";
export type { Outcome } from "./outcome.ts";
export type { PinnedCode, PinnedImporter } from "./pinned_import.ts";
export { Process, type ProcessOptions, type SwapOptions } from "./process.ts";
