import assert from "node:assert/strict";
import { Float } from "../wire.ts";
import { f32, f64 } from "./mod.ts";
import { notReceived, notSent, received, sent } from "./testing/conversions.ts";

Deno.test("an f64 is sent as a float though its value is whole", () => {
  for (const value of [0, 1, -3, 2 ** 53 - 1]) {
    const float = sent(f64, value);
    assert(float instanceof Float);
    assert.equal(Number(float), value);
  }
});

Deno.test("f64 sends a number unchanged if it is encoded as a float anyway", () => {
  for (const value of [0.5, -0, NaN, Infinity, 1e300]) {
    assert(Object.is(sent(f64, value), value));
  }
});

Deno.test("f64 and f32 are received as numbers from any sender", () => {
  for (const type of [f64, f32]) {
    assert.equal(received(type, 1), 1);
    assert.equal(received(type, new Float(1)), 1);
    assert.equal(received(type, sent(type, 1.5)), 1.5);
  }
});

Deno.test("f64 and f32 reject values that are not numbers", () => {
  assert.equal(notSent(f64, "1"), 'found "1"; expected an f64');
  assert.equal(notReceived(f64, 1n), "found 1n; expected an f64");
  assert.equal(notReceived(f32, null), "found null; expected an f32");
});

Deno.test("an f32 accepts numbers in the range of 32 bits and rounds them", () => {
  assert.equal(Number(sent(f32, 0.1)), 0.1); // the codec rounds
  assert.equal(Number(sent(f32, Infinity)), Infinity);
  assert.equal(notSent(f32, 1e300), "found 1e+300; expected an f32");
});
