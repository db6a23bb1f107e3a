import assert from "node:assert/strict";
import { asNumber, i16, i32, i64, i8, u16, u32, u64, u8 } from "./mod.ts";
import { notReceived, notSent, received, sent } from "./testing/conversions.ts";

const SMALL = [
  [u8, 0, 255],
  [u16, 0, 65_535],
  [u32, 0, 4_294_967_295],
  [i8, -128, 127],
  [i16, -32_768, 32_767],
  [i32, -2_147_483_648, 2_147_483_647],
] as const;

Deno.test("integers up to 32 bits are numbers within their bounds", () => {
  for (const [type, least, most] of SMALL) {
    for (const value of [least, 0, 1, most]) {
      assert.equal(sent(type, value), value);
      assert.equal(received(type, value), value);
    }
    for (const value of [least - 1, most + 1, 0.5, NaN, Infinity, "1", 1n]) {
      assert.match(notSent(type, value), /^found .*; expected an? [ui]\d+$/);
      assert.match(
        notReceived(type, value),
        /^found .*; expected an? [ui]\d+$/,
      );
    }
  }
  assert.equal(notSent(u8, 256), "found 256; expected a u8");
  assert.equal(notSent(i8, 1.5), "found 1.5; expected an i8");
});

Deno.test("-0 is sent as an integer, as Rust expects", () => {
  for (const type of [...SMALL.map(([type]) => type), asNumber(i64)]) {
    assert(Object.is(sent(type, -0), 0));
    assert(Object.is(received(type, -0), 0));
  }
  for (const type of [u64, i64]) assert(Object.is(sent(type, -0), 0));
});

Deno.test("u64 and i64 are sent as numbers or bigints, and always received as bigints", () => {
  assert.equal(sent(u64, 7), 7);
  assert.equal(sent(u64, 2n ** 64n - 1n), 2n ** 64n - 1n);
  assert.equal(sent(i64, -(2n ** 63n)), -(2n ** 63n));
  assert.equal(received(u64, 7), 7n);
  assert.equal(received(i64, -(2n ** 63n)), -(2n ** 63n));
});

Deno.test("u64 and i64 reject values beyond 64 bits and numbers that are not exact", () => {
  assert.equal(notSent(u64, -1), "found -1; expected a u64");
  assert.equal(
    notSent(u64, 2n ** 64n),
    "found 18446744073709551616n; expected a u64",
  );
  assert.equal(
    notReceived(i64, 2n ** 63n),
    "found 9223372036854775808n; expected an i64",
  );
  assert.equal(
    notSent(u64, 2 ** 53),
    "found 9007199254740992; expected a u64: beyond 2^53 - 1 only a bigint is exact",
  );
  assert.equal(notSent(i64, 1.5), "found 1.5; expected an i64");
});

Deno.test("asNumber() accepts exact numbers within the bounds of the type", () => {
  const count = asNumber(u64);
  assert.equal(sent(count, 7), 7);
  assert.equal(received(count, 2 ** 53 - 1), 2 ** 53 - 1);
  assert.equal(notReceived(count, -1), "found -1; expected a u64");
  assert.match(
    notReceived(count, 2n ** 60n),
    /expected a u64 up to 2\^53 - 1$/,
  );
  assert.match(
    notReceived(asNumber(i64), 0.5),
    /expected an i64 up to 2\^53 - 1$/,
  );
});
