import assert from "node:assert/strict";
import fc from "fast-check";
import { z } from "zod";
import type { StandardSchema } from "../standard_schema.ts";
import { sameValue } from "./same_value.ts";
import { isPlainlyValid } from "./zod_check.ts";

/** A schema, and values that mostly fit. */
interface Sample {
  readonly schema: z.ZodType;
  readonly values: fc.Arbitrary<unknown>;
}

const KEYS = ["a", "b", "kind", "0", "length", "é"];
const TAGS = ["one", "two", "three"] as const;
const key = fc.constantFrom(...KEYS);
const smallNumber = fc.oneof(fc.integer({ min: -9, max: 9 }), fc.double());
const text = fc.oneof(
  fc.string({ maxLength: 4, unit: "grapheme" }),
  fc.constantFrom("", " a ", "a@b.example", "2026-01-31", "1", ...TAGS),
);
const json = fc.jsonValue({ maxDepth: 2 });

/** Leaves that never change a value. */
const plainLeaves: readonly Sample[] = [
  { schema: z.string(), values: text },
  { schema: z.string().min(1).max(2), values: text },
  { schema: z.string().length(2), values: text },
  { schema: z.string().regex(/^a/g), values: text },
  { schema: z.string().includes("a").startsWith(" "), values: text },
  { schema: z.email(), values: text },
  { schema: z.iso.date(), values: text },
  { schema: z.number(), values: smallNumber },
  { schema: z.int(), values: smallNumber },
  { schema: z.number().int().min(0).lt(5), values: smallNumber },
  { schema: z.number().multipleOf(0.5), values: smallNumber },
  { schema: z.int32(), values: smallNumber },
  { schema: z.boolean(), values: fc.boolean() },
  { schema: z.null(), values: fc.constant(null) },
  { schema: z.literal([1, "one", null]), values: fc.constantFrom(1, "one") },
  { schema: z.enum(TAGS), values: fc.constantFrom(...TAGS) },
  { schema: z.string().brand("id").describe("an id"), values: text },
  { schema: z.union([z.string().max(1), z.number()]), values: text },
  { schema: z.number().nullish(), values: smallNumber },
  { schema: z.any(), values: json },
  { schema: z.unknown(), values: json },
];

/** Schemas that may change a value, or whose check has an effect. */
const otherLeaves: readonly Sample[] = [
  { schema: z.string().trim(), values: text },
  { schema: z.url(), values: fc.constantFrom("http://a.b", " http://a.b ") },
  { schema: z.coerce.number(), values: text },
  { schema: z.string().transform((text) => text.length), values: text },
  { schema: z.string().refine((text) => text !== "a"), values: text },
  { schema: z.string().default("a"), values: text },
  { schema: z.number().catch(0), values: smallNumber },
  { schema: z.record(z.string(), z.number()), values: json },
  { schema: z.tuple([z.string()]), values: fc.tuple(text) },
  { schema: z.looseObject({ a: z.string() }), values: json },
  { schema: z.object({ a: z.any() }).readonly(), values: json },
  { schema: z.lazy(() => z.string()), values: text },
  {
    schema: z.union([z.object({ a: z.any() }), z.object({ b: z.any() })]),
    values: json,
  },
  { schema: z.xor([z.string(), z.string().max(1)]), values: text },
  { schema: z.union([z.url(), z.string()]), values: fc.constant(" http://a ") },
];

function samples(leaves: readonly Sample[]): fc.Arbitrary<Sample> {
  return fc.letrec<{ sample: Sample; object: Sample }>((tie) => ({
    sample: fc.oneof(
      { maxDepth: 3, withCrossShrink: true },
      { arbitrary: fc.constantFrom(...leaves), weight: 4 },
      { arbitrary: tie("object"), weight: 3 },
      tie("sample").map(arrayOf),
      tie("sample").map(({ schema, values }) => ({
        schema: schema.nullable(),
        values: fc.option(values),
      })),
      fc.tuple(tie("object"), tie("object")).map(taggedUnion),
    ),
    object: fc.tuple(
      fc.dictionary(key, tie("sample"), { maxKeys: 4 }),
      fc.uniqueArray(key),
      fc.boolean(),
    ).map(objectOf),
  })).sample;
}

function arrayOf({ schema, values }: Sample): Sample {
  return {
    schema: z.array(schema).max(3),
    values: fc.array(values, { maxLength: 4 }),
  };
}

function objectOf(
  [fields, optional, strict]: [Record<string, Sample>, string[], boolean],
): Sample {
  const shape: Record<string, z.ZodType> = {};
  const values: Record<string, fc.Arbitrary<unknown>> = {};
  for (const [name, field] of Object.entries(fields)) {
    shape[name] = optional.includes(name)
      ? field.schema.optional()
      : field.schema;
    values[name] = field.values;
  }
  const requiredKeys = Object.keys(values)
    .filter((name) => !optional.includes(name));
  return {
    schema: strict ? z.strictObject(shape) : z.object(shape),
    values: fc.tuple(
      fc.record(values, { requiredKeys, noNullPrototype: true }),
      fc.boolean(),
    )
      .map(([value, turned]) => turned ? reversed(value) : value),
  };
}

function reversed(value: object): object {
  return Object.fromEntries(Object.entries(value).reverse());
}

function taggedUnion([first, second]: [Sample, Sample]): Sample {
  const options = [first, second].map((one, place) => {
    const kind = place === 0 ? z.literal("one") : z.enum(["two", "three"]);
    return (one.schema as z.ZodObject).extend({ kind });
  });
  const values = fc.oneof(first.values, second.values);
  return {
    schema: z.discriminatedUnion("kind", options as never),
    values: fc.tuple(values, fc.constantFrom(...TAGS))
      .map(([value, kind]) => ({ ...value as object, kind })),
  };
}

/** Adds, removes or replaces one part of a value. */
function changed(value: unknown, name: string, part: unknown): unknown {
  if (typeof value !== "object" || value === null) return part;
  if (Array.isArray(value)) return [changed(value[0], name, part), ...value];
  const copy: Record<string, unknown> = { ...value };
  if (part === 0) delete copy[name];
  else if (part === 1) copy[name] = part;
  else copy[name] = changed(copy[name], name, part);
  return copy;
}

function cases(
  leaves: readonly Sample[],
  parts: fc.Arbitrary<unknown>,
): fc.Arbitrary<[z.ZodType, unknown]> {
  return samples(leaves).chain(({ schema, values }) =>
    fc.tuple(
      fc.constant(schema),
      fc.oneof(
        values,
        fc.tuple(values, key, parts).map((change) => changed(...change)),
        parts,
      ),
    )
  );
}

/** Returns zod's verdict: valid, and the same as the output. */
function isUnchanged(schema: z.ZodType, value: unknown): boolean {
  const result = schema.safeParse(value);
  return result.success && sameValue(value, result.data);
}

Deno.test("the check of a plain schema agrees with zod on every JSON value", () => {
  const parts = fc.oneof(json, fc.constantFrom(0, 1));
  let valid = 0;
  fc.assert(
    fc.property(cases(plainLeaves, parts), ([schema, value]) => {
      const unchanged = isUnchanged(schema, value);
      if (unchanged) valid++;
      assert.equal(isPlainlyValid(schema, value), unchanged);
    }),
    { numRuns: 3_000 },
  );
  assert(valid > 500, `found ${valid} valid values`);
});

Deno.test("a value that passes the check is valid for zod, and unchanged", () => {
  const parts = fc.oneof(
    fc.anything({
      maxDepth: 2,
      withBigInt: true,
      withDate: true,
      withMap: true,
      withNullPrototype: true,
      withSparseArray: true,
      withTypedArray: true,
      withBoxedValues: true,
    }),
    fc.constantFrom(undefined, 0, 1, -0, NaN, Infinity, Symbol("a")),
  );
  const all = [...plainLeaves, ...otherLeaves];
  fc.assert(
    fc.property(cases(all, parts), ([schema, value]) => {
      if (!isPlainlyValid(schema, value)) return;
      const result = schema.safeParse(value);
      assert(result.success);
      assert(sameValue(value, result.data));
    }),
    { numRuns: 3_000 },
  );
});

Deno.test("the check leaves every schema to zod that may change a value", () => {
  const recursive = z.object({
    get next() {
      return recursive.nullable();
    },
  });
  const Even = z.core.$constructor("Even", (schema: z.ZodNumber, def) => {
    z.ZodNumber.init(schema, def as z.core.$ZodNumberDef);
  });
  const schemas: [StandardSchema, unknown][] = [
    [z.string().transform((text) => text), "a"],
    [z.string().refine(() => true), "a"],
    [z.object({ a: z.string().toLowerCase() }), { a: "a" }],
    [z.object({ a: z.string().default("b") }), { a: "a" }],
    [z.object({ a: z.number() }).refine(() => true), { a: 1 }],
    [z.array(z.coerce.string()), ["a"]],
    [z.url(), "http://a.example/"],
    [z.stringFormat("mine", () => true), "a"],
    [z.xor([z.string(), z.number()]), "a"],
    [z.union([z.object({}), z.object({ a: z.string() })]), { a: "a" }],
    [z.object({ [Symbol.iterator]: z.any(), a: z.any() }), { a: 1 }],
    [z.object({ constructor: z.string() }), { constructor: "a" }],
    [recursive, { next: null }],
    [new Even({ type: "number" }), 1],
    [Object.create(z.string()), "a"],
    [{ "~standard": z.string()["~standard"] }, "a"],
  ];
  for (const [schema, value] of schemas) {
    assert.equal(isPlainlyValid(schema, value), false);
  }
});

Deno.test("the check leaves every object to zod that zod would copy otherwise", () => {
  const schema = z.object({ a: z.number(), b: z.number().optional() });
  class Message {
    a = 1;
  }
  const values = {
    "with an unknown key": { a: 1, c: 1 },
    "with a key __proto__": JSON.parse('{"a": 1, "__proto__": 1}'),
    "without a required key": { b: 1 },
    "with an undefined key": { a: 1, b: undefined },
    "of a class": new Message(),
    "with a hidden key": Object.defineProperty({}, "a", { value: 1 }),
    "with a hidden optional key": Object.defineProperty({ a: 1 }, "b", {
      value: 1,
    }),
    "with a hidden key and an unknown one": Object.defineProperty(
      { c: 1 },
      "a",
      { value: 1 },
    ),
    "with a getter that throws": {
      get a() {
        throw new Error("no a");
      },
    },
  };
  for (const [which, value] of Object.entries(values)) {
    assert.equal(isPlainlyValid(schema, value), false, which);
  }
  const nullPrototype = Object.assign(Object.create(null), { a: 1 });
  assert(isPlainlyValid(schema, nullPrototype));
  assert(isPlainlyValid(schema, { a: 1, [Symbol("b")]: 1 }));
  assert(!isPlainlyValid(z.array(z.any()), [1, , 2]));
});
