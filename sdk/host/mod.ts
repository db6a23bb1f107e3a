/**
 * What runs modules is built on this: the context of a module, seen from its host. `@caryatid/process` and the testing kit use
 * it; a module never needs it.
 *
 * @example A module, run by hand
 * ```ts
 * import { defineModule, type Log } from "@caryatid/sdk";
 * import { ModuleContext } from "@caryatid/sdk/host";
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
 * await context.ready(); // it hears all that it subscribed to
 * context.begin(); // what it runs begins
 * await context.ended();
 * assert.equal(bus.published.length, 1);
 * await context.close();
 * ```
 *
 * @module
 */
export { systemClock } from "../clock.ts";
export { DeclaredBus, type OnStray } from "./declared_bus.ts";
export { ModuleContext } from "./module_context.ts";
export type { ModuleContextOptions } from "./module_context_options.ts";
