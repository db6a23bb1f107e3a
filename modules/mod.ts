/**
 * The small standard modules: {@linkcode clock} publishes the time, {@linkcode spy} logs what passes, {@linkcode record} writes it
 * to files, {@linkcode playback} publishes it again.
 *
 * Each is also an entry of its own, `@caryatid/modules/clock`, which loads nothing else. How to read a recording is in
 * `@caryatid/modules/record`; `rest-server`, which takes longer to load, and `control` are entries of their own only.
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
