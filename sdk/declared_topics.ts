import type { Module } from "./module.ts";
import { checkTopics, type Topics } from "./topics.ts";

/**
 * What a module declares with this checked section; undefined where it declares nothing.
 *
 * @example
 * ```ts
 * import { declaredTopics, defineModule } from "@caryatid/sdk";
 * import assert from "node:assert/strict";
 *
 * const ticker = defineModule({
 *   name: "ticker",
 *   topics: ({ topic }) => ({ publish: [String(topic)] }),
 *   init() {},
 * });
 * const topics = declaredTopics(ticker, { topic: "tick" });
 * assert.deepEqual(topics?.publish, ["tick"]);
 * ```
 * @throws {CaryatidError} as `defineModule` does, and what the module's own function throws
 */
export function declaredTopics(
  { name, topics }: Pick<Module, "name" | "topics">,
  section: unknown,
): Topics | undefined {
  if (topics === undefined) return undefined;
  const said = typeof topics === "function" ? topics(section) : topics;
  return checkTopics(name, said);
}
