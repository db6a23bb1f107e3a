import { f32 } from "@caryatid/sdk/rust";
import assert from "node:assert/strict";
import { decode, encode, Float } from "./mod.ts";
import { rustEncodings } from "./testing/vectors.ts";

Deno.test("F3 encode writes a Float as Rust writes an f64, whole values included", () => {
  const floats = rustEncodings.filter(({ rust }) => rust.startsWith("f64 "));
  assert.equal(floats.length, 10);
  for (const { hex, rust } of floats) {
    const value = Number(rust.slice(4).replace("inf", "Infinity"));
    assert.equal(encode(new Float(value)).toHex(), hex, rust);
    assert.equal(decode(encode([new Float(value)]))![0 as never], value, rust);
  }
});

Deno.test("F3 encode writes an `f32` as Rust does: rounded to 32 bits", () => {
  const floats = rustEncodings.filter(({ rust }) => rust.startsWith("f32 "));
  assert.equal(floats.length, 2);
  for (const { hex, rust } of floats) {
    const sent = f32["~wire"].encode(Number(rust.slice(4)));
    assert(!sent.issues);
    assert.equal(encode(sent.value).toHex(), hex, rust);
  }
  const tenth = f32["~wire"].encode(0.1);
  assert(!tenth.issues);
  assert.equal(decode(encode(tenth.value)), Math.fround(0.1));
});

Deno.test("a Float converts to a number", () => {
  const message = { x: new Float(1.5), y: new Float(2) };
  assert.equal(+message.x + +message.y, 3.5);
  assert.equal(JSON.stringify(message), '{"x":1.5,"y":2}');
  assert.equal(`${message.y}`, "2");
});

Deno.test("encode writes any Number object as a float, structured clones of a Float included", () => {
  assert.equal(encode(Object(1)).toHex(), "fb3ff0000000000000");
  assert.equal(
    encode(structuredClone(new Float(1))).toHex(),
    "fb3ff0000000000000",
  );
});
