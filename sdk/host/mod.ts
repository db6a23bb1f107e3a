/**
 * Context of a module as its runner sees it. `@caryatid/process` and the
 * testing kit use it; a module never needs it.
 *
 * @example A module, run by hand
 * ```ts
 * import { defineModule, type Log } from "@caryatid/sdk";
 * import { ModuleContext } from "@caryatid/sdk/internal/host";
 * import { MockBus } from "@caryatid/sdk/testing";
 * import assert from "node:assert/strict";
 *
 * const greeter = defineModule({
 *   name: "greeter",
 *   init(context) {
 *     context.run(() => context.publish("greeting", "hello"));
 *   },
 * });
 *
 * const quiet = () => {};
 * const log: Log = { debug: quiet, info: quiet, warn: quiet, error: quiet };
 * await using bus = new MockBus();
 * const context = new ModuleContext({ id: greeter.name, bus, log });
 * await greeter.init(context, {});
 * await context.ready(); // its subscriptions are ready
 * context.begin(); // runs its tasks
 * await context.ended();
 * assert.equal(bus.published.length, 1);
 * await context.close();
 * ```
 *
 * @module
 */
export { systemClock } from "../clock.ts";
export { isShutdownError } from "../errors.ts";
export { DeclaredBus, type OnUndeclaredTopic } from "./declared_bus.ts";
export { deniedHint } from "./denied_access.ts";
export { type FrozenTable, frozenTables } from "./frozen_tables.ts";
export { healthOf } from "./health_of.ts";
export { ModuleContext } from "./module_context.ts";
export type {
  ModuleContextOptions,
  OnTypedTopic,
  Predecessor,
} from "./module_context_options.ts";
export { issueKeys, unknownKeys } from "./unknown_keys.ts";
