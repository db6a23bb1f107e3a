import { CaryatidError, Float } from "@caryatid/sdk";
import assert from "node:assert/strict";
import { ScratchMemory } from "./message_memory.ts";
import { Reader } from "./reader.ts";
import { readValue } from "./read_value.ts";
import { Writer } from "./writer.ts";
import { writeValue } from "./write_value.ts";

function written(value: unknown): Uint8Array {
  const writer = new Writer(new ScratchMemory(), true);
  writer.begin(1_000_000);
  writeValue(writer, value, 0);
  return writer.end();
}

function crossed(value: unknown): unknown {
  return readValue(new Reader(written(value), true), 0);
}

Deno.test("a rich writer and reader keep Date, Map, Set, bigint and Float at any depth", () => {
  const value = {
    at: new Date(1_700_000_000_123),
    map: new Map<unknown, unknown>([[1, { of: new Set(["a", 2n]) }], [
      "b",
      [],
    ]]),
    small: 5n,
    large: 2n ** 64n - 1n,
    negative: -(2n ** 63n),
  };
  assert.deepEqual(crossed(value), value);
  const float = crossed(new Float(2));
  assert(float instanceof Float);
  assert.equal(Number(float), 2);
});

Deno.test("a rich writer refuses cycles, functions and invalid Dates in a Map or Set", () => {
  const map = new Map<string, unknown>();
  map.set("self", map);
  assert.throws(() => crossed(map));
  assert.throws(() => crossed(new Set([() => {}])));
  assert.throws(() => crossed(new Date(NaN)));
});

for (
  const [what, hex] of [
    ["an unknown tag", "d81801"],
    ["a Date that is a text", "c16161"],
    ["a bigint that is a float", "c2fb3ff8000000000000"],
    ["a Float that is a map", "c3a0"],
    ["a Map that is a number", "c501"],
    ["a Map with a key but no value", "c58101"],
    ["a Set of a huge announced size", "c69b00ffffffffffffff"],
  ] as const
) {
  Deno.test(`a rich reader throws DECODE_FAILED for ${what}`, () => {
    const reader = new Reader(Uint8Array.fromHex(hex), true);
    assert.throws(
      () => readValue(reader, 0),
      (error: unknown) =>
        error instanceof CaryatidError && error.code === "DECODE_FAILED",
    );
  });
}

Deno.test("a plain reader refuses the tags of a rich writer", () => {
  assert.throws(() => readValue(new Reader(written(5n)), 0), {
    code: "DECODE_FAILED",
  });
});
