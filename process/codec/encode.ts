import { asFault } from "./fault.ts";
import { MOST_BYTES } from "./limits.ts";
import { MessageMemory, ScratchMemory } from "./message_memory.ts";
import { writeValue } from "./write_value.ts";
import { Writer } from "./writer.ts";

/** How to encode. */
export interface EncodeOptions {
  /** How many bytes the message may have at most (134,217,728: 128 MiB). */
  readonly maxBytes?: number;
}

let idle: Writer | undefined;
let idleScratch: Writer | undefined;

/**
 * Gives the bytes of a message as they are on the wire, exactly as Rust's serde writes and reads them.
 *
 * | JavaScript | on the wire |
 * | --- | --- |
 * | whole numbers up to 2^53 - 1 either way, any bigint | integer, shortest form up to 64 bits |
 * | any other number, -0, `NaN`, a {@linkcode Float} | float of 64 bits |
 * | what `f32` of `@caryatid/sdk/rust` sends | float of 32 bits, which Rust wants for an `f32` |
 * | text, boolean, null | the same |
 * | `Uint8Array`, `ArrayBuffer` and its views | byte string |
 * | `Date` | RFC 3339 text that ends in Z |
 * | array | array; its own further properties are not sent |
 * | plain object, also without prototype | map of its own enumerable text keys; those that are `undefined` are left out |
 *
 * Nothing else is sent: `undefined` elsewhere, holes, functions, symbols, cycles, more than 128 levels, text with half a surrogate
 * pair, bigints over 64 bits, invalid dates, and instances of any other class. A `Map`, a `Set` or an object with `toJSON` is
 * refused too rather than changed in silence: in memory the other side gets it as it is.
 *
 * Messages up to 16 KiB share an `ArrayBuffer`: copy one before you transfer its `buffer`.
 * One that is kept keeps up to 128 KiB.
 *
 * @example An enum variant of Rust, and back
 * ```ts
 * import { decode, encode } from "@caryatid/process/codec";
 * import assert from "node:assert/strict";
 *
 * const message = { Test: { data: "Custom", number: 42 } };
 * const bytes = encode(message);
 * assert.equal(bytes.toHex(), "a16454657374a2646461746166437573746f6d666e756d626572182a");
 * assert.deepEqual(decode(bytes), message);
 * ```
 *
 * @example What can't be sent is named
 * ```ts
 * import { encode } from "@caryatid/process/codec";
 * import assert from "node:assert/strict";
 *
 * assert.throws(() => encode({ items: [{ run() {} }] }), {
 *   code: "NOT_ENCODABLE",
 *   message: 'Cannot encode "message.items[0].run": it is a function, which has no form on the wire',
 * });
 * ```
 * @throws {CaryatidError} `NOT_ENCODABLE` with the path of what can't be sent, `MESSAGE_TOO_LARGE` over `maxBytes`
 */
export function encode(
  message: unknown,
  options: EncodeOptions = {},
): Uint8Array<ArrayBuffer> {
  // A getter in the message may encode as well: then it finds no idle writer.
  const writer = idle ?? new Writer(new MessageMemory());
  idle = undefined;
  try {
    return written(writer, message, options.maxBytes);
  } finally {
    idle = writer;
  }
}

/**
 * Encodes for who copies the bytes: `use` has them until it returns, the next message is written over them. Gives what `use` gives.
 */
export function withEncoded<T>(
  message: unknown,
  use: (bytes: Uint8Array) => T,
): T {
  // Not idle until `use` is through: what that publishes must not be written over this one.
  const writer = idleScratch ?? new Writer(new ScratchMemory());
  idleScratch = undefined;
  try {
    return use(written(writer, message));
  } finally {
    idleScratch = writer;
  }
}

function written(
  writer: Writer,
  message: unknown,
  maxBytes: number = MOST_BYTES,
): Uint8Array<ArrayBuffer> {
  try {
    writer.begin(maxBytes);
    writeValue(writer, message, 0);
    return writer.end();
  } catch (thrown) {
    throw asFault(thrown).toError();
  }
}
