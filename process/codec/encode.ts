import { asFault } from "./fault.ts";
import { MessageMemory, ScratchMemory } from "./message_memory.ts";
import { MAX_BYTES } from "./wire_format.ts";
import { writeValue } from "./write_value.ts";
import { Writer } from "./writer.ts";

/** Options of {@linkcode encode}. */
export interface EncodeOptions {
  /**
   * Maximum size of the encoded message, in bytes (default 134,217,728: 128
   * MiB).
   */
  readonly maxBytes?: number;
  /** Name of the value in errors (default "message"). */
  readonly name?: string;
}

// A writer is reused by the next message.
let idle: Writer | undefined;
let idleScratch: Writer | undefined;

/**
 * Encodes a message as CBOR, exactly as Rust's serde writes and reads it.
 *
 * | JavaScript | on the wire |
 * | --- | --- |
 * | whole numbers up to ±(2^53 - 1), any bigint | shortest integer |
 * | any other number, -0, `NaN`, a {@linkcode Float} | float of 64 bits |
 * | an `f32` of `@caryatid/sdk/rust` | float of 32 bits, for an `f32` of Rust |
 * | text, boolean, null | the same |
 * | `Uint8Array`, `ArrayBuffer` and its views | byte string |
 * | `Date` | RFC 3339 text that ends in Z |
 * | array | array, without its other properties |
 * | plain object, also without prototype | map of its enumerable text keys |
 *
 * Integers have up to 64 bits. Properties that are inherited or `undefined` are
 * left out.
 *
 * All other values are refused: `undefined` elsewhere, holes, functions,
 * symbols, cycles, more than 128 levels, text with half a surrogate pair,
 * bigints over 64 bits, invalid dates, and instances of any other class. A
 * `Map`, a `Set` or an object with `toJSON` is refused as well, because a
 * subscriber in memory receives the object itself.
 *
 * Messages of up to 16 KiB share an `ArrayBuffer`: copy a message before you
 * transfer its `buffer`. A message that you keep retains up to 128 KiB of
 * memory.
 *
 * @example An enum variant of Rust, and back
 * ```ts
 * import { decode, encode } from "@caryatid/process/codec";
 * import assert from "node:assert/strict";
 *
 * const message = { Test: { data: "Custom", number: 42 } };
 * const bytes = encode(message);
 * assert.equal(
 *   bytes.toHex(),
 *   "a16454657374a2646461746166437573746f6d666e756d626572182a",
 * );
 * assert.deepEqual(decode(bytes), message);
 * ```
 *
 * @example The error names the value that cannot be sent
 * ```ts
 * import { encode } from "@caryatid/process/codec";
 * import assert from "node:assert/strict";
 *
 * assert.throws(() => encode({ items: [{ run() {} }] }), {
 *   code: "NOT_ENCODABLE",
 *   message: 'Cannot encode "message.items[0].run": it is a function, ' +
 *     "which has no form on the wire",
 * });
 * ```
 * @throws {CaryatidError} `NOT_ENCODABLE` with the path of the value that
 * cannot be sent, `MESSAGE_TOO_LARGE` over `maxBytes`
 */
export function encode(
  message: unknown,
  options: EncodeOptions = {},
): Uint8Array<ArrayBuffer> {
  // A getter in the message may call encode(), which then finds no idle writer.
  const writer = idle ?? new Writer(new MessageMemory());
  idle = undefined;
  try {
    return encodeWith(writer, message, options);
  } finally {
    idle = writer;
  }
}

/**
 * Encodes a message for a caller that copies the bytes. Returns the result of
 * `use`, which owns the bytes until it returns; the next message overwrites
 * them.
 */
export function withEncoded<T>(
  message: unknown,
  use: (bytes: Uint8Array) => T,
): T {
  // Not idle until `use` returns: a message that `use` encodes must not
  // overwrite this one.
  const writer = idleScratch ?? new Writer(new ScratchMemory());
  idleScratch = undefined;
  try {
    return use(encodeWith(writer, message));
  } finally {
    idleScratch = writer;
  }
}

function encodeWith(
  writer: Writer,
  message: unknown,
  { maxBytes = MAX_BYTES, name }: EncodeOptions = {},
): Uint8Array<ArrayBuffer> {
  try {
    writer.begin(maxBytes);
    writeValue(writer, message, 0);
    return writer.end();
  } catch (thrown) {
    throw asFault(thrown).toError(name);
  }
}
