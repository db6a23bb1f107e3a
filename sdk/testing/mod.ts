/**
 * Tools for tests of modules and buses: a bus that plays all other modules, a
 * clock that stands still until the test moves it, a module without a process,
 * and the suite that every bus must pass.
 *
 * @example A test of a module
 * ```ts
 * import { defineModule } from "@caryatid/sdk";
 * import { testModule } from "@caryatid/sdk/testing";
 * import assert from "node:assert/strict";
 *
 * const echo = defineModule({
 *   name: "echo",
 *   init(context) {
 *     context.handle("echo.*", ({ message }) => ({ you: message }));
 *   },
 * });
 *
 * Deno.test("echo answers with the question", async () => {
 *   await using module = await testModule(echo);
 *   const answer = await module.bus.ask("echo.a", "hello");
 *   assert.deepEqual(answer, { you: "hello" });
 * });
 * ```
 *
 * @module
 */
export { busConformance, type ConformanceFeatures } from "./conformance/mod.ts";
export type { FailingCall, FailOptions } from "./failure_plan.ts";
export { MockBus, type MockBusOptions } from "./mock_bus.ts";
export type { LogRecord } from "./record_log.ts";
export type { SentMessage } from "./sent_message.ts";
export { testModule } from "./test_module.ts";
export type { TestModuleOptions } from "./test_module_options.ts";
export type { TestedModule } from "./tested_module.ts";
export {
  type AdvanceOptions,
  VirtualClock,
  type VirtualClockOptions,
} from "./virtual_clock.ts";
