/**
 * A number that is sent as a float even when it is whole.
 *
 * JavaScript can't tell 1 from 1.0, so a whole number is sent as an integer, which Rust refuses in an `f64` field. Wrap what such
 * a field gets; `f64` of `@caryatid/sdk/rust` does it for you. It still counts, compares and prints as a number in memory, and every
 * bus delivers it: an external one as a plain number, the in-memory bus as it is. Any other `Number` object (`Object(1)`) is sent in
 * the same way.
 *
 * @example A field that is `f64` in Rust
 * ```ts
 * import { decode, encode } from "@caryatid/process/codec";
 * import { Float } from "@caryatid/sdk";
 * import assert from "node:assert/strict";
 *
 * const y = new Float(2);
 * assert.equal(encode({ y }).toHex(), "a16179fb4000000000000000");
 * assert.equal(encode({ y: 2 }).toHex(), "a1617902");
 * assert.deepEqual(decode(encode({ y })), { y: 2 });
 * ```
 */
export class Float extends Number {
  /** Also takes what is no whole number; all are sent as `f64`. */
  constructor(value: number) {
    super(value);
  }
}
