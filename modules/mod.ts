/**
 * The small standard modules: {@linkcode clock} publishes the time,
 * {@linkcode spy} logs messages, {@linkcode record} writes them to files,
 * {@linkcode playback} publishes them again.
 *
 * Each is also a separate entry, such as `@caryatid/modules/clock`, which loads
 * no other module. `readRecording` is in `@caryatid/modules/record`.
 * `rest-server`, which takes longer to load, and `control` are separate entries
 * only.
 *
 * @example Register two of them
 * ```ts
 * import { clock, spy } from "@caryatid/modules";
 * import { Process } from "@caryatid/process";
 *
 * await using process = await Process.create({
 *   config: {
 *     module: { clock: { period: 0.5 }, spy: { topic: "clock.#" } },
 *     log: { level: "error" },
 *   },
 *   modules: [clock, spy],
 * });
 * await process.start();
 * ```
 *
 * @module
 */
export { default as clock, type Tick } from "./clock/mod.ts";
export { default as playback, type PlaybackStatus } from "./playback/mod.ts";
export { default as record } from "./record/record.ts";
export { default as spy } from "./spy/mod.ts";
