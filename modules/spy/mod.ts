/**
 * Module `spy`: logs messages.
 *
 * Its keys select topics, fields and their length; the README describes them.
 *
 * @example Log the messages of a topic
 * ```ts
 * import spy from "@caryatid/modules/spy";
 * import { testModule } from "@caryatid/sdk/testing";
 * import assert from "node:assert/strict";
 *
 * await using test = await testModule(spy, { topic: "mi5.#" });
 * await test.bus.inject("mi5.top.secret", { agent: 7 });
 * await test.settle();
 * assert.deepEqual(test.logs[0]?.properties, {
 *   topic: "mi5.top.secret",
 *   message: { agent: 7 },
 * });
 * ```
 *
 * @module
 */
export { default } from "./spy.ts";
