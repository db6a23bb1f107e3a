import assert from "node:assert/strict";
import { bool, bytes, char, json, text, unit } from "./mod.ts";
import { heard, notHeard, notSent, sent } from "./testing/conversions.ts";

Deno.test("bool, text and bytes are themselves, and nothing else", () => {
  const some = Uint8Array.of(1);
  assert.equal(sent(bool, true), true);
  assert.equal(heard(text, "ü"), "ü");
  assert.equal(sent(bytes, some), some);
  assert.equal(notSent(bool, 1), "found 1, wanted true or false");
  assert.equal(notHeard(text, some), "found bytes, wanted text");
});

Deno.test("bytes are also given as an array of numbers, as serde's JSON has them", () => {
  assert.deepEqual(sent(bytes, [1, 255]), Uint8Array.of(1, 255));
  assert.deepEqual(sent(bytes, []), new Uint8Array());
  for (const value of [[256], [-1], [1.5], ["1"], "AQ=="]) {
    notSent(bytes, value);
  }
  assert.equal(
    notHeard(bytes, [1]),
    "found an array of 1, wanted a Uint8Array",
  );
});

Deno.test("a char is one character, and its number on the wire", () => {
  assert.equal(sent(char, "😀"), 0x1f600);
  assert.equal(heard(char, 0x1f600), "😀");
  assert.equal(heard(char, "x"), "x"); // in memory, from who doesn't declare it
  for (const value of ["", "xy", "\ud800x", 5]) notSent(char, value);
  for (const value of [-1, 0x110000, 0xd800, 1.5, null]) notHeard(char, value);
});

Deno.test("() is an empty array, given as that, null or nothing", () => {
  assert.deepEqual(sent(unit, null), []);
  assert.deepEqual(sent(unit, []), []);
  assert.deepEqual(heard(unit, []), []);
  assert.equal(notHeard(unit, null), "found null, wanted []");
  assert.equal(notSent(unit, [1]), "found an array of 1, wanted []");
});

Deno.test("json is whatever it is", () => {
  const value = { a: [1, null] };
  assert.equal(sent(json, value), value);
  assert.equal(heard(json, value), value);
});
