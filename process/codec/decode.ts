import { CaryatidError } from "@caryatid/sdk";
import { readValue } from "./read_value.ts";
import { decodeError, Reader } from "./reader.ts";

/**
 * Decodes one message of an untrusted sender.
 *
 * Accepts the output of {@linkcode encode} and all other CBOR of plain data:
 * integers of up to 64 bits in any form, floats of any width, `undefined`,
 * items of indefinite length. Maps become plain objects, whatever their keys
 * are; byte strings become `Uint8Array`s with their own memory; integers beyond
 * ±(2^53 - 1) become bigints, so that no digit is lost.
 *
 * Refuses bytes that are not exactly one well-formed item. Also refused are
 * tags, bignums, other simple values, text that is not UTF-8, keys that are not
 * text or occur twice, and more than 128 levels. Memory is allocated for the
 * bytes that are present, never for an announced size. A decoded message holds
 * at most about 64 MiB plus 32 bytes for each of its bytes: megabytes of empty
 * arrays, maps or byte strings are refused. Until the engine collects its
 * garbage, the heap may grow by twice as much.
 *
 * @example Integers are exact
 * ```ts
 * import { decode } from "@caryatid/process/codec";
 * import assert from "node:assert/strict";
 *
 * const largest = Uint8Array.fromHex("1bffffffffffffffff");
 * assert.equal(decode(largest), 18446744073709551615n);
 * assert.equal(decode(Uint8Array.fromHex("1b000000000000002a")), 42);
 * ```
 *
 * @example A body that is cut off
 * ```ts
 * import { decode, encode } from "@caryatid/process/codec";
 * import assert from "node:assert/strict";
 *
 * const bytes = encode({ hello: "world" });
 * assert.throws(() => decode(bytes.subarray(0, 9)), {
 *   code: "DECODE_FAILED",
 *   message: "Cannot decode the message at byte 8: found only 1 of 5 bytes",
 * });
 * ```
 * @throws {CaryatidError} `DECODE_FAILED` with the offset and what was found
 * there
 */
export function decode(bytes: Uint8Array): unknown {
  const reader = new Reader(bytes);
  let message: unknown;
  try {
    message = readValue(reader, 0);
  } catch (error) {
    if (error instanceof CaryatidError) throw error;
    // The stack was nearly full before, or a text exceeds the maximum length of
    // the engine.
    throw decodeError(reader.at, "more than the engine can hold", {
      cause: error,
    });
  }
  if (reader.left === 0) return message;
  throw decodeError(reader.at, "more bytes; expected the end");
}
