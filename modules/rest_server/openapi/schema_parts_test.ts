import assert from "node:assert/strict";
import { z } from "zod";
import { declared, made } from "./testing/made_document.ts";
import { assertValid } from "./testing/valid_document.ts";

Deno.test("equal parts of schemas share a name, and different parts have different names", async () => {
  const put = (path: string, part: z.ZodType) => {
    const registry = z.registry<{ id?: string }>();
    registry.add(part, { id: "Part" });
    const schema = z.toJSONSchema(z.object({ a: part, b: part }), {
      metadata: registry,
    });
    const body = {
      "~standard": {
        version: 1 as const,
        vendor: "test",
        validate: (value: unknown) => ({ value }),
        jsonSchema: { input: () => schema },
      },
    };
    return declared({ method: "PUT", path, body });
  };
  const { document } = made([
    put("/a", z.object({ x: z.string() })),
    put("/b", z.object({ x: z.string() })),
    put("/c", z.object({ x: z.number() })),
  ]);
  await assertValid(document);
  const { Part, Part_2, ...rest } = document.components["schemas"] as Record<
    string,
    { properties: unknown }
  >;
  assert.deepEqual(Part!.properties, { x: { type: "string" } });
  assert.deepEqual(Part_2!.properties, { x: { type: "number" } });
  assert.deepEqual(Object.keys(rest), ["Problem"]);
});

Deno.test("references within a recursive schema, and to other schemas, have a target", () => {
  const described = (schema: unknown) => ({
    "~standard": {
      version: 1 as const,
      vendor: "test",
      validate: (value: unknown) => ({ value }),
      jsonSchema: { input: () => schema, output: () => schema },
    },
  });
  const tree = {
    type: "object",
    properties: {
      below: { $ref: "#" },
      $ref: { type: "string" },
      first: { $ref: "#/properties/below" },
      far: { $ref: "https://elsewhere.example/schema" },
      lost: { $ref: "#/$defs/nothing" },
      "a/b": { const: { $ref: "#/no/reference" } },
    },
  };
  const { document } = made([
    declared({
      method: "PUT",
      path: "/tree",
      query: described(tree),
      body: described(tree),
      answer: described(tree),
    }),
  ]);
  const { schemas } = document.components as {
    schemas: Record<string, { properties: Record<string, unknown> }>;
  };
  const { Schema } = schemas;
  assert.deepEqual(Schema!.properties["below"], {
    $ref: "#/components/schemas/Schema",
  });
  assert.deepEqual(Schema!.properties["far"], {});
  assert.deepEqual(Schema!.properties["lost"], {});
  assert.deepEqual(Schema!.properties["$ref"], { type: "string" });
  assert.deepEqual(Schema!.properties["a/b"], tree.properties["a/b"]);
});
