import assert from "node:assert/strict";
import { z } from "zod";
import { fieldOf, initialOf } from "./page/schema_fields.js";
import { topicMatches, typedTopicOf } from "./page/topic_match.js";

Deno.test("a form has a field for each property of a schema", () => {
  const schema = z.object({
    sku: z.string().min(1).describe("Stock keeping unit"),
    count: z.int().min(1).max(99).default(1),
    price: z.number().optional(),
    size: z.enum(["S", "M"]),
    gift: z.boolean(),
    note: z.string().nullable(),
    tags: z.array(z.string()),
    address: z.object({ street: z.string() }).optional(),
    either: z.union([z.string(), z.number()]),
  });
  const field = fieldOf(z.toJSONSchema(schema, { io: "input" }));
  assert.equal(field.kind, "object");
  const fields = Object.fromEntries(
    field.fields.map(({ name, isRequired, field }: {
      name: string;
      isRequired: boolean;
      field: unknown;
    }) => [name, [isRequired, field]]),
  );
  assert.deepEqual(fields, {
    sku: [true, { kind: "text", minLength: 1, hint: "Stock keeping unit" }],
    count: [
      false,
      { kind: "number", step: 1, minimum: 1, maximum: 99, initial: 1 },
    ],
    price: [false, { kind: "number", step: "any" }],
    size: [true, { kind: "choice", choices: ["S", "M"] }],
    gift: [true, { kind: "boolean" }],
    note: [true, { kind: "text" }],
    tags: [true, { kind: "list", item: { kind: "text" } }],
    address: [false, {
      kind: "object",
      fields: [{ name: "street", isRequired: true, field: { kind: "text" } }],
    }],
    either: [true, { kind: "json" }],
  });
  assert.deepEqual(initialOf(field), {
    sku: "",
    count: 1,
    size: "S",
    gift: false,
    note: "",
    tags: [],
  });
});

Deno.test("a schema that a form cannot show becomes raw JSON", () => {
  const wide = Object.fromEntries(
    Array.from({ length: 1_000 }, (_, n) => [`p${n}`, { type: "string" }]),
  );
  const recursive = {
    type: "object",
    properties: { self: { $ref: "#" } },
  };
  for (
    const schema of [
      undefined,
      7,
      [],
      {},
      { $ref: "#" },
      { $ref: "https://example.com/x" },
      { type: "object", additionalProperties: { type: "string" } },
      { type: ["string", "number"] },
      { anyOf: [{ type: "string" }, { type: "number" }] },
      { anyOf: [] },
      { type: "array" },
      { enum: [] },
    ]
  ) assert.deepEqual(fieldOf(schema), { kind: "json" }, JSON.stringify(schema));
  const { fields } = fieldOf({ type: "object", properties: wide });
  assert.equal(fields.at(-1).field.kind, "json");
  assert(JSON.stringify(fieldOf(recursive)).length < 1_000);
});

Deno.test("the page finds the schema of a topic as the bus matches patterns", () => {
  const cases: [pattern: string, topic: string, isMatch: boolean][] = [
    ["order.new", "order.new", true],
    ["order.*", "order.new", true],
    ["order.*", "order", false],
    ["order.#", "order", true],
    ["#.new", "order.a.b.new", true],
    ["a.#.b.#", "a.b", true],
    ["*", "a.b", false],
    [Array(60).fill("#").join("."), Array(100).fill("a").join("."), true],
  ];
  for (const [pattern, topic, isMatch] of cases) {
    assert.equal(topicMatches(pattern, topic), isMatch, `${pattern} ${topic}`);
  }
  const topics = [{ pattern: "order.*" }, { pattern: "order.new" }];
  assert.equal(typedTopicOf(topics, "order.new"), topics[1]);
  assert.equal(typedTopicOf(topics, "order.old"), topics[0]);
  assert.equal(typedTopicOf(topics, "stock"), undefined);
});
