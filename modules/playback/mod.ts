/**
 * Module `playback`: publishes the messages of a recording again.
 *
 * @example Replay a recording a hundred times as fast
 * ```ts
 * import playback from "@caryatid/modules/playback";
 * import record from "@caryatid/modules/record";
 * import { testModule } from "@caryatid/sdk/testing";
 * import assert from "node:assert/strict";
 *
 * const path = await Deno.makeTempDir();
 * const recorder = await testModule(record, { path });
 * await recorder.bus.inject("order.placed", { number: 1 });
 * await recorder.advance(60_000);
 * await recorder.bus.inject("order.paid", { number: 1 });
 * await recorder.stop();
 *
 * await using player = await testModule(playback, { path, speed: 100 });
 * await player.settle();
 * const topics = player.bus.published.map(({ topic }) => topic);
 * assert.deepEqual(topics, ["order.placed"]);
 * await player.advance(600);
 * assert.deepEqual(player.bus.published.map(({ topic }) => topic), [
 *   "order.placed",
 *   "order.paid",
 * ]);
 * await Deno.remove(path, { recursive: true });
 * ```
 *
 * @module
 */
export { createPlayback, default, type PlaybackOptions } from "./playback.ts";
export type { PlaybackStatus } from "./status_reporter.ts";
