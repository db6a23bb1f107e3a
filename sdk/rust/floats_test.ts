import assert from "node:assert/strict";
import { Float } from "../float.ts";
import { f32, f64 } from "./mod.ts";
import { heard, notHeard, notSent, sent } from "./testing/conversions.ts";

Deno.test("an f64 is sent as a float though its value is whole", () => {
  for (const value of [0, 1, -3, 2 ** 53 - 1]) {
    const float = sent(f64, value);
    assert(float instanceof Float);
    assert.equal(Number(float), value);
  }
});

Deno.test("what is a float anyway is sent as it is", () => {
  for (const value of [0.5, -0, NaN, Infinity, 1e300]) {
    assert(Object.is(sent(f64, value), value));
  }
});

Deno.test("both are heard as numbers, whoever sent them", () => {
  for (const type of [f64, f32]) {
    assert.equal(heard(type, 1), 1);
    assert.equal(heard(type, new Float(1)), 1);
    assert.equal(heard(type, sent(type, 1.5)), 1.5);
  }
});

Deno.test("what isn't a number is refused", () => {
  assert.equal(notSent(f64, "1"), 'found "1", wanted an f64');
  assert.equal(notHeard(f64, 1n), "found 1n, wanted an f64");
  assert.equal(notHeard(f32, null), "found null, wanted an f32");
});

Deno.test("an f32 takes what 32 bits can hold, rounded", () => {
  assert.equal(Number(sent(f32, 0.1)), 0.1); // the codec rounds
  assert.equal(Number(sent(f32, Infinity)), Infinity);
  assert.equal(notSent(f32, 1e300), "found 1e+300, wanted an f32");
});
