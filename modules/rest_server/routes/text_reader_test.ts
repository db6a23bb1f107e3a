import assert from "node:assert/strict";
import { z } from "zod";
import { jsonSchemaOf } from "@caryatid/sdk/internal/json-schema";
import { TextReader } from "./text_reader.ts";

function read(schema: z.ZodType, texts: Record<string, string[]>): unknown {
  return new TextReader(jsonSchemaOf(schema, "input")).read(texts);
}

const NUMBERS = z.object({ n: z.number(), i: z.int() });

Deno.test("a text is parsed to the type of the schema", async (t) => {
  const cases: [name: string, z.ZodType, string[], unknown][] = [
    ["a text stays one", z.string(), ["7"], "7"],
    ["a number", z.number(), ["-7.5e1"], -75],
    ["an integer", z.int(), ["7"], 7],
    ["a boolean", z.boolean(), ["false"], false],
    ["what is coerced anyway", z.coerce.boolean(), ["false"], false],
    ["one that may be left out", z.number().optional(), ["7"], 7],
    ["one with a default", z.number().default(1), ["7"], 7],
    ["one that may be null", z.number().nullable(), ["7"], 7],
    ["a literal", z.literal([1, 2]), ["2"], 2],
    ["a number or a text is a text", z.union([z.number(), z.string()]), [
      "7",
    ], "7"],
    ["a list of one", z.array(z.number()), ["7"], [7]],
    ["a list of several", z.array(z.string()), ["7", "8"], ["7", "8"]],
    ["without a list the last one", z.number(), ["7", "8"], 8],
    [
      "a date has no JSON Schema",
      z.coerce.date(),
      ["2026-01-02"],
      "2026-01-02",
    ],
  ];
  for (const [name, schema, texts, value] of cases) {
    await t.step(name, () => {
      assert.deepEqual(read(z.object({ x: schema }), { x: texts }), {
        x: value,
      });
    });
  }
});

Deno.test("a text that cannot be parsed stays text, and the schema refuses it", () => {
  const wrong = ["", " 7", "7 ", "0x7", "07", "+7", "1e999", "Infinity", "NaN"];
  // 2^53 + 1, which would be read as 2^53
  for (const text of [...wrong, "9007199254740993"]) {
    assert.deepEqual(read(NUMBERS, { n: [text] }), { n: text });
  }
  const flag = z.object({ x: z.boolean() });
  assert.deepEqual(read(flag, { x: ["1"] }), { x: "1" });
});

Deno.test("properties are found in alternatives, parts, references and records", () => {
  const either = z.union([
    z.object({ kind: z.literal("a"), n: z.number() }),
    z.object({ kind: z.literal("b"), flag: z.boolean() }),
  ]);
  assert.deepEqual(read(either, { kind: ["a"], n: ["1"], flag: ["true"] }), {
    kind: "a",
    n: 1,
    flag: true,
  });
  const both = z.intersection(NUMBERS, z.object({ more: z.number() }));
  assert.deepEqual(read(both, { n: ["1"], more: ["2"] }), { n: 1, more: 2 });
  const named = z.object({
    n: z.number().meta({ id: "TextReaderTestNumber" }),
  });
  assert.deepEqual(read(named, { n: ["1"] }), { n: 1 });
  const record = z.record(z.string(), z.number());
  assert.deepEqual(read(record, { any: ["1"] }), { any: 1 });
});

Deno.test("names of Object.prototype are names like any other", () => {
  const texts = JSON.parse('{"__proto__":["1"],"constructor":["2"]}');
  const values = read(NUMBERS, texts) as object;
  assert.deepEqual(Object.entries(values), [
    ["__proto__", "1"],
    ["constructor", "2"],
  ]);
  assert.equal(Object.getPrototypeOf(values), Object.prototype);
});
