/**
 * Module `record`: writes messages to files. {@linkcode readRecording} reads
 * them.
 *
 * @example Record a message and read it
 * ```ts
 * import record, { readRecording } from "@caryatid/modules/record";
 * import { testModule } from "@caryatid/sdk/testing";
 * import assert from "node:assert/strict";
 *
 * const path = await Deno.makeTempDir();
 * await using test = await testModule(record, { topic: "order.#", path });
 * await test.bus.inject("order.paid", { number: 7n });
 * await test.stop();
 *
 * const [first] = await Array.fromAsync(readRecording(path));
 * assert.equal(first?.topic, "order.paid");
 * assert.deepEqual(first?.message, { number: 7n });
 * await Deno.remove(path, { recursive: true });
 * ```
 *
 * @module
 */
export { createRecord, default, type RecordOptions } from "./record.ts";
export { type ReadOptions, readRecording } from "./read_recording.ts";
export type { RecordedMessage } from "./entry.ts";
