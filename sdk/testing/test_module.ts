import { CaryatidError } from "../errors.ts";
import { declaredTopics, type Module } from "../module.ts";
import { issuePath, type SchemaIssue } from "../standard_schema.ts";
import type { TestModuleOptions } from "./test_module_options.ts";
import { TestedModule } from "./tested_module.ts";

/**
 * Runs one module as a process does, on a {@linkcode MockBus} and a
 * {@linkcode VirtualClock}: no test needs to sleep.
 *
 * Resolves when `init` is done and the tasks have begun; `settle` waits for the
 * tasks. Rejects with `INVALID_CONFIG` and all issues if the schema rejects
 * `config`, and with `INIT_FAILED` if `init` throws.
 *
 * A module that declares `topics` and uses another topic receives `FORBIDDEN`.
 * The test receives that error, too, like the error of a task.
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
 * assert.deepEqual(module.bus.published, [
 *   { topic: "remind.you", message: "tea" },
 * ]);
 * ```
 */
export async function testModule<Input>(
  module: Module<Input>,
  config: NoInfer<Input> = {} as Input,
  options: TestModuleOptions = {},
): Promise<TestedModule> {
  const checked = await checkConfig(module, config);
  const topics = declaredTopics(module, checked);
  const tested = new TestedModule(options.id ?? module.name, options, topics);
  await tested.start(module, checked);
  return tested;
}

/**
 * Returns `config` as the schema of the module transforms it; `config` itself
 * if there is no schema. Rejects with `INVALID_CONFIG`, one line per issue.
 */
async function checkConfig(
  module: Module,
  config: unknown,
): Promise<unknown> {
  if (module.config === undefined) return config;
  const result = await module.config["~standard"].validate(config);
  if (result.issues) throw invalidConfigError(module.name, result.issues);
  return result.value;
}

function invalidConfigError(
  name: string,
  issues: readonly SchemaIssue[],
): CaryatidError {
  const lines = issues.map((issue) => {
    const path = issuePath(issue);
    return path === "" ? issue.message : `${path}: ${issue.message}`;
  });
  return new CaryatidError(
    "INVALID_CONFIG",
    `Cannot use the configuration of "${name}": ` +
      (lines.length === 1
        ? lines[0]
        : `found ${lines.length} problems\n  ${lines.join("\n  ")}`),
  );
}
