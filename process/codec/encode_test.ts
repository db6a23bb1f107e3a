import assert from "node:assert/strict";
import { decode, encode } from "./mod.ts";
import { assertRustReads } from "./testing/rust_rules.ts";
import { rustEncodings } from "./testing/vectors.ts";

function hex(message: unknown): string {
  const bytes = encode(message);
  assertRustReads(bytes);
  return bytes.toHex();
}

Deno.test("F3 encode writes integers, numbers or bigints, as Rust does", () => {
  const integers = rustEncodings.filter(({ rust }) => /^[iu]64 /.test(rust));
  assert.equal(integers.length, 26);
  for (const { hex: wanted, rust } of integers) {
    const value = BigInt(rust.slice(4));
    assert.equal(hex(value), wanted, rust);
    if (Number.isSafeInteger(Number(value))) {
      assert.equal(hex(Number(value)), wanted, rust);
    }
  }
});

Deno.test("F3 encode writes numbers that are not exact integers as 64-bit floats", async (t) => {
  const table: readonly (readonly [string, number])[] = [
    ["fb8000000000000000", -0],
    ["fb3ff8000000000000", 1.5],
    ["fb3fb999999999999a", 0.1],
    ["fb7e37e43c8800759c", 1e300],
    ["fb7ff0000000000000", Infinity],
    ["fbfff0000000000000", -Infinity],
    ["fb7ff8000000000000", NaN],
    ["fb4340000000000000", 2 ** 53],
    ["fbc340000000000000", -(2 ** 53)],
    ["fb7fefffffffffffff", Number.MAX_VALUE],
    ["fb0000000000000001", Number.MIN_VALUE],
  ];
  for (const [wanted, value] of table) {
    await t.step(`${Object.is(value, -0) ? "-0" : value}`, () => {
      assert.equal(hex(value), wanted);
      assert.equal(hex([value]), "81" + wanted);
    });
  }
});

Deno.test("F3 encode writes integers in the shortest form, on both sides of every bound", () => {
  const bounds = [24n, 256n, 65_536n, 2n ** 32n, 2n ** 53n, 2n ** 63n];
  for (const value of bounds.flatMap((n) => [n - 2n, n - 1n, n, n + 1n])) {
    assert.equal(BigInt(decode(encode(value)) as bigint), value);
    assert.equal(BigInt(decode(encode(-value)) as bigint), -value);
    assertRustReads(encode(value));
    assertRustReads(encode(-value));
  }
  assert.equal(hex(2n ** 64n - 1n), "1bffffffffffffffff");
  assert.equal(hex(-(2n ** 64n)), "3bffffffffffffffff");
});

Deno.test("F3 text of every size and script round-trips with the shortest head", () => {
  for (const unit of ["a", "ü", "水", "😀", "\ufeff", "\0"]) {
    for (const size of [0, 1, 11, 12, 13, 22, 23, 24, 63, 64, 65, 254, 255]) {
      checkText(unit.repeat(size));
    }
    for (const size of [256, 1365, 4095, 4096, 4097, 21_846, 65_535, 65_536]) {
      checkText(unit.repeat(size));
      checkText("a".repeat(size) + unit);
    }
  }
});

function checkText(text: string): void {
  const bytes = encode(text);
  assertRustReads(bytes);
  assert.equal(decode(bytes), text);
  assert.deepEqual(decode(encode({ [text]: text })), { [text]: text });
}

Deno.test("F3 arrays and objects of every size round-trip with the shortest head", () => {
  for (const size of [0, 1, 23, 24, 25, 255, 256, 257, 65_535, 65_536]) {
    const array = Array.from({ length: size }, (_, i) => i);
    const object = Object.fromEntries(array.map((i) => [`k${i}`, i]));
    for (const message of [array, object, { object, after: [array] }]) {
      const bytes = encode(message);
      assertRustReads(bytes);
      assert.deepEqual(decode(bytes), message);
    }
  }
});

Deno.test("encode leaves out undefined properties and counts the others", () => {
  assert.equal(hex({ a: undefined }), "a0");
  assert.equal(hex({ a: 1, b: undefined, c: null }), "a2616101" + "6163f6");
  const many = Object.fromEntries(
    Array.from({ length: 30 }, (_, i) => [`k${i}`, i < 6 ? undefined : i]),
  );
  assertRustReads(encode(many));
  assert.equal(Object.keys(decode(encode(many)) as object).length, 24);
});

Deno.test("encode writes any binary value as a byte string, and of a view only its range", () => {
  const { buffer } = Uint8Array.of(0, 1, 2, 3);
  assert.equal(hex(Uint8Array.of(1, 2)), "420102");
  assert.equal(hex(buffer), "4400010203");
  assert.equal(hex(new Uint8Array(buffer, 1, 2)), "420102");
  assert.equal(hex(new DataView(buffer, 1, 2)), "420102");
  assert.equal(hex(new Uint16Array(buffer, 2, 1)), "420203");
  assert.equal(hex(new Uint8ClampedArray(buffer)), "4400010203");
  assert.equal(hex(new ArrayBuffer(0)), "40");
});

Deno.test("encode writes a Date as RFC 3339 text that ends in Z", () => {
  const date = new Date("2024-01-02T05:04:05.123+02:00");
  assert.equal(hex(date), "7818" + utf8Hex("2024-01-02T03:04:05.123Z"));
  assert.deepEqual(decode(encode([new Date(0)])), ["1970-01-01T00:00:00.000Z"]);
});

Deno.test("encode accepts objects without prototype and writes only own enumerable text keys", () => {
  const bare = Object.assign(Object.create(null), { a: 1 });
  assert.equal(hex(bare), "a1616101");
  Object.defineProperty(bare, "hidden", { value: 2, enumerable: false });
  assert.equal(hex({ ...bare, [Symbol("s")]: 3 }), "a1616101");
  const added = "codec_test_added_to_every_object";
  Object.defineProperty(Object.prototype, added, {
    value: 1,
    enumerable: true,
    configurable: true,
  });
  try {
    assert.equal(hex({ a: 1 }), "a1616101");
  } finally {
    delete (Object.prototype as Record<string, unknown>)[added];
  }
});

Deno.test("encode leaves out other properties of arrays and accepts subclasses of Array", () => {
  class Items extends Array<number> {}
  assert.equal(hex(Object.assign([1], { note: "x" })), "8101");
  assert.equal(hex(Items.of(1, 2)), "820102");
});

Deno.test("encode reads each getter once", () => {
  let reads = 0;
  const message = {
    get a() {
      return ++reads;
    },
  };
  assert.equal(hex(message), "a1616101");
  assert.equal(reads, 1);
});

function utf8Hex(text: string): string {
  return new TextEncoder().encode(text).toHex();
}
