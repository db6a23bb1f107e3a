import assert from "node:assert/strict";
import { bool, bytes, char, defineEnum, json, text, unit } from "./mod.ts";
import { notReceived, notSent, received, sent } from "./testing/conversions.ts";

Deno.test("bool, text and bytes pass unchanged, and other values are rejected", () => {
  const some = Uint8Array.of(1);
  assert.equal(sent(bool, true), true);
  assert.equal(received(text, "ü"), "ü");
  assert.equal(sent(bytes, some), some);
  assert.equal(notSent(bool, 1), "found 1; expected true or false");
  assert.equal(notReceived(text, some), "found bytes; expected text");
});

Deno.test("bytes can also be sent from an array of numbers, their format in serde's JSON", () => {
  assert.deepEqual(sent(bytes, [1, 255]), Uint8Array.of(1, 255));
  assert.deepEqual(sent(bytes, []), new Uint8Array());
  for (const value of [[256], [-1], [1.5], ["1"], "AQ=="]) {
    notSent(bytes, value);
  }
  assert.equal(
    notReceived(bytes, [1]),
    "found an array of 1; expected a Uint8Array",
  );
});

Deno.test("a char is one character, sent as its code point", () => {
  assert.equal(sent(char, "😀"), 0x1f600);
  assert.equal(received(char, 0x1f600), "😀");
  // in memory, from a publisher without this schema
  assert.equal(received(char, "x"), "x");
  for (const value of ["", "xy", "\ud800", "\udfff", "\ud800x", 5]) {
    notSent(char, value);
  }
  for (const value of [-1, 0x110000, 0xd800, 1.5, null]) {
    notReceived(char, value);
  }
});

Deno.test("() is an empty array, sent from an empty array, null or undefined", () => {
  assert.deepEqual(sent(unit, null), []);
  assert.deepEqual(sent(unit, []), []);
  assert.deepEqual(received(unit, []), []);
  assert.equal(notReceived(unit, null), "found null; expected []");
  assert.equal(notSent(unit, [1]), "found an array of 1; expected []");
});

Deno.test("json passes values unchanged", () => {
  const value = { a: [1, null] };
  assert.equal(sent(json, value), value);
  assert.equal(received(json, value), value);
});

Deno.test("json refuses undefined, which Rust would not receive", () => {
  assert.equal(notSent(json, undefined), "found undefined; expected JSON");
  const Message = defineEnum({ Json: json });
  assert.equal(
    notSent(Message, { Json: undefined }),
    "Json: found undefined; expected JSON",
  );
});

Deno.test("json refuses bytes, NaN and infinities at any depth, which Rust would lose", () => {
  for (
    const [value, found, path] of [
      [Uint8Array.of(1), "bytes", []],
      [{ a: [1, Uint8Array.of(1)] }, "bytes", ["a", 1]],
      [[NaN], "NaN", [0]],
      [-Infinity, "-Infinity", []],
    ] as const
  ) {
    assert.deepEqual(json["~wire"].encode(value), {
      issues: [{ message: `found ${found}; expected JSON`, path }],
    });
  }
  const cycle: unknown[] = [];
  cycle.push(cycle); // the codec reports it
  assert.deepEqual(json["~wire"].encode(cycle), { value: cycle });
});
