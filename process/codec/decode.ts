import { CaryatidError } from "@caryatid/sdk";
import { decodeFailed } from "./decode_failed.ts";
import { Reader } from "./reader.ts";
import { readValue } from "./read_value.ts";

/**
 * Reads one message from the bytes of an untrusted sender.
 *
 * It takes what {@linkcode encode} writes and all other CBOR of plain data: integers up to 64 bits in any form, floats of any width,
 * `undefined`, items of unknown size. Maps become plain objects, whatever their keys are called; byte strings become
 * `Uint8Array`s of their own memory; integers beyond 2^53 - 1 either way become bigints, so that no digit is lost.
 *
 * It refuses whatever isn't one whole well-formed item, and tags, bignums, other simple values, text that isn't UTF-8, keys
 * that aren't text or come twice, and more than 128 levels. It takes memory for what is there, never for what is announced, and at
 * most about 64 MiB and 32 bytes for each byte: megabytes of empty arrays, maps or byte strings are refused.
 *
 * @example Integers are exact
 * ```ts
 * import { decode } from "@caryatid/process/codec";
 * import assert from "node:assert/strict";
 *
 * assert.equal(decode(Uint8Array.fromHex("1bffffffffffffffff")), 18446744073709551615n);
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
 * @throws {CaryatidError} `DECODE_FAILED` with the place and what was found there
 */
export function decode(bytes: Uint8Array): unknown {
  const reader = new Reader(bytes);
  let message: unknown;
  try {
    message = readValue(reader, 0);
  } catch (error) {
    if (error instanceof CaryatidError) throw error;
    // A stack that was nearly full before, or a text longer than the engine can hold.
    throw decodeFailed(reader.at, "more than the engine can hold", {
      cause: error,
    });
  }
  if (reader.left === 0) return message;
  throw decodeFailed(reader.at, "more bytes, wanted the end");
}
