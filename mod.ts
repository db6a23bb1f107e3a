/**
 * The SDK and the process in one, for imports of this repository by URL.
 * Packages: `jsr:@caryatid/sdk`, `jsr:@caryatid/process`.
 *
 * @module
 */
export * from "./sdk/mod.ts";
export * from "./process/mod.ts";
