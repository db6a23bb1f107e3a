import { declaredTopics } from "../declared_topics.ts";
import type { Module } from "../module.ts";
import { checkConfig } from "./check_config.ts";
import { TestedModule, type TestModuleOptions } from "./tested_module.ts";

/**
 * Runs one module as a process would, on a {@linkcode MockBus} and a {@linkcode VirtualClock}: no test ever sleeps.
 *
 * Resolves when the module is set up and its tasks have begun; `settle` waits for what they do then. Rejects with
 * `INVALID_CONFIG`, naming all issues, if its schema refuses `config`, and with `INIT_FAILED` if its `init` throws.
 *
 * A module that declares `topics` and uses others gets `FORBIDDEN` there; the test hears of it, too, as of what a task throws.
 *
 * @param config its section of the configuration (empty)
 *
 * @example
 * ```ts
 * import { defineModule } from "@caryatid/sdk";
 * import { testModule } from "@caryatid/sdk/testing";
 * import assert from "node:assert/strict";
 *
 * const reminder = defineModule({
 *   name: "reminder",
 *   init(context) {
 *     const wishes = context.subscribe("remind.me");
 *     context.run(async () => {
 *       for await (const { message } of wishes) {
 *         await context.clock.sleep(60_000);
 *         await context.publish("remind.you", message);
 *       }
 *     });
 *   },
 * });
 *
 * await using module = await testModule(reminder);
 * await module.bus.inject("remind.me", "tea");
 * await module.settle();
 * assert.deepEqual(module.bus.published, []);
 * await module.advance(60_000);
 * assert.deepEqual(module.bus.published, [{ topic: "remind.you", message: "tea" }]);
 * ```
 */
export async function testModule(
  module: Module,
  config: unknown = {},
  options: TestModuleOptions = {},
): Promise<TestedModule> {
  const checked = await checkConfig(module, config);
  const topics = declaredTopics(module, checked);
  const tested = new TestedModule(options.id ?? module.name, options, topics);
  await tested.start(module, checked);
  return tested;
}
