import { mismatch } from "./mismatch.ts";
import { RustType } from "./rust_type.ts";

/** 0 to 255. */
export const u8: RustType<number> = small("u8", 0, 2 ** 8 - 1);
/** 0 to 65,535. */
export const u16: RustType<number> = small("u16", 0, 2 ** 16 - 1);
/** 0 to 4,294,967,295. */
export const u32: RustType<number> = small("u32", 0, 2 ** 32 - 1);
/** -128 to 127. */
export const i8: RustType<number> = small("i8", -(2 ** 7), 2 ** 7 - 1);
/** -32,768 to 32,767. */
export const i16: RustType<number> = small("i16", -(2 ** 15), 2 ** 15 - 1);
/** -2,147,483,648 to 2,147,483,647. */
export const i32: RustType<number> = small("i32", -(2 ** 31), 2 ** 31 - 1);
/**
 * 0 to 2^64 - 1; also `usize`. It is sent from a number or a bigint, and always
 * received as a bigint. {@linkcode asNumber} makes it a number.
 */
export const u64: RustType<number | bigint, bigint> = large(
  "u64",
  0n,
  2n ** 64n - 1n,
);
/** -2^63 to 2^63 - 1; also `isize`. As {@linkcode u64}. */
export const i64: RustType<number | bigint, bigint> = large(
  "i64",
  -(2n ** 63n),
  2n ** 63n - 1n,
);

/**
 * Returns the type of a `u64` or `i64` whose values are numbers in TypeScript.
 * Use it for values that never exceed 2^53 - 1, such as counts, sizes and
 * milliseconds. A larger value is rejected, not rounded.
 *
 * @example
 * ```ts
 * import { asNumber, u64 } from "@caryatid/sdk/rust";
 * import assert from "node:assert/strict";
 *
 * const { validate } = asNumber(u64)["~standard"];
 * assert.deepEqual(validate(7), { value: 7 });
 * assert("issues" in await validate(2n ** 60n));
 * ```
 */
export function asNumber(
  type: RustType<number | bigint, bigint>,
): RustType<number> {
  const { name, fromWire } = type.conversion;
  const check = (value: unknown) => {
    if (!Number.isSafeInteger(value)) {
      throw mismatch(
        value,
        `${name === "i64" ? "an" : "a"} ${name} up to 2^53 - 1`,
      );
    }
    fromWire(value);
    return whole(value as number);
  };
  return new RustType({ name, toWire: check, fromWire: check });
}

function small(name: string, least: number, most: number): RustType<number> {
  const wanted = `${least < 0 ? "an" : "a"} ${name}`;
  const check = (value: unknown) => {
    if (
      Number.isInteger(value) && value as number >= least &&
      value as number <= most
    ) return whole(value as number);
    throw mismatch(value, wanted);
  };
  return new RustType({ name, toWire: check, fromWire: check });
}

/** Returns 0 for -0, which is sent as a float and which Rust then rejects. */
function whole(value: number): number {
  return value + 0;
}

function large(
  name: string,
  least: bigint,
  most: bigint,
): RustType<number | bigint, bigint> {
  const wanted = `${least < 0n ? "an" : "a"} ${name}`;
  const fromWire = (value: unknown) => {
    const integer = exact(value, wanted);
    if (integer >= least && integer <= most) return integer;
    throw mismatch(value, wanted);
  };
  const toWire = (value: unknown) => {
    fromWire(value);
    return typeof value === "number" ? whole(value) : value;
  };
  return new RustType({ name, toWire, fromWire });
}

function exact(value: unknown, wanted: string): bigint {
  if (typeof value === "bigint") return value;
  if (Number.isSafeInteger(value)) return BigInt(value as number);
  const hint = ": beyond 2^53 - 1 only a bigint is exact";
  throw mismatch(value, Number.isInteger(value) ? wanted + hint : wanted);
}
