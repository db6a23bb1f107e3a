/**
 * Encodes and decodes the CBOR on the wire between processes, exactly as Rust
 * Caryatid writes and reads it.
 *
 * @example
 * ```ts
 * import { decode, encode } from "@caryatid/process/codec";
 * import assert from "node:assert/strict";
 *
 * const bytes = encode({ Test: { data: "Hello, world!", number: 42 } });
 * assert.deepEqual(decode(bytes), {
 *   Test: { data: "Hello, world!", number: 42 },
 * });
 * ```
 *
 * @module
 */
export { Float } from "@caryatid/sdk";
export { decode } from "./decode.ts";
export { encode, type EncodeOptions } from "./encode.ts";
