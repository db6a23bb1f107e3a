import assert from "node:assert/strict";
import { Buffer } from "node:buffer";
import { headerSize, tableSize } from "./header_size.ts";

Deno.test("tableSize is the size of names and texts in UTF-8, with their lengths", () => {
  assert.equal(tableSize({}), 4);
  assert.equal(tableSize({ a: "1" }), 4 + (1 + 1) + (1 + 4 + 1));
  assert.equal(tableSize({ "ü": "größer" }), 4 + (1 + 2) + (1 + 4 + 8));
  const nested = { a: { b: [null, true, Buffer.from([1, 2])] } };
  const array = 1 + 4 + 1 + 2 + (1 + 4 + 2);
  assert.equal(tableSize(nested), 4 + (1 + 1) + (1 + 4 + (1 + 1) + array));
});

Deno.test("headerSize is finite for all numbers, times and decimals that amqplib encodes", () => {
  const values = [0, 1.5, -1, -(2 ** 63), 2 ** 64, Infinity];
  const times = [0, 2 ** 63].map((value) => ({ "!": "timestamp", value }));
  const decimal = { "!": "decimal", value: { places: 2, digits: 314 } };
  for (const value of [...values, ...times, decimal]) {
    assert.equal(headerSize("a", value), 1 + 1 + 9);
  }
});

Deno.test("headerSize is infinite for a header that amqplib cannot encode", () => {
  const values = [
    NaN,
    -Infinity,
    -1e300,
    undefined,
    { "!": "timestamp", value: 2 ** 64 },
    { "!": "decimal", value: { places: 256, digits: 1 } },
    { "!": "string", value: "text" },
    { nested: [{ "!": "x" }] },
    { ["x".repeat(256)]: 1 },
  ];
  for (const value of values) assert.equal(headerSize("a", value), Infinity);
  assert.equal(headerSize("x".repeat(256), "text"), Infinity);
});
