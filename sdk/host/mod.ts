/**
 * What runs modules is built on this: the context of a module, seen from its host. `@caryatid/process` and the testing kit use
 * it; a module never needs it.
 *
 * @module
 */
export { systemClock } from "../clock.ts";
export { DeclaredBus, type OnStray } from "./declared_bus.ts";
export { ModuleContext } from "./module_context.ts";
export type { ModuleContextOptions } from "./module_context_options.ts";
