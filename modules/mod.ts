/**
 * The standard modules: {@linkcode clock} publishes the time, {@linkcode restServer} answers HTTP, {@linkcode spy} logs what
 * passes.
 *
 * Each is also an entry of its own, `@caryatid/modules/clock`, which loads nothing else.
 *
 * @example Register both
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
export { default as restServer } from "./rest_server/mod.ts";
export { default as spy } from "./spy/mod.ts";
