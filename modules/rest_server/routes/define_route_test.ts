import assert from "node:assert/strict";
import type { StandardSchema } from "@caryatid/sdk";
import { z } from "zod";
import { defineRoute } from "./define_route.ts";

Deno.test("an invalid definition is rejected when it is made", async (t) => {
  const any = z.unknown();
  const wrong: Record<string, Parameters<typeof defineRoute>[0]> = {
    "a path without a slash": { method: "GET", path: "users" },
    "a method in lower case": { method: "get", path: "/users" },
    "a body of GET": { method: "GET", path: "/users", body: any },
    "no media type": { method: "PUT", path: "/", body: any, media: ["json"] },
    "a media type in upper case": {
      method: "PUT",
      path: "/",
      body: any,
      media: ["Application/JSON"],
    },
    "media types without a body": { method: "PUT", path: "/", media: ["a/b"] },
    "a status of 100": {
      method: "PUT",
      path: "/",
      responses: { 100: "continue" },
    },
    "a status of 600": { method: "PUT", path: "/", responses: { 600: "what" } },
  };
  for (const [name, definition] of Object.entries(wrong)) {
    await t.step(name, () => {
      assert.throws(() => defineRoute(definition), { code: "INVALID_OPTION" });
    });
  }
});

Deno.test("an operation has the contents of its schemas as plain JSON", () => {
  const { operation } = defineRoute({
    method: "POST",
    path: "/users/:id/files/*",
    operationId: "save",
    summary: "Saves a file",
    tags: ["files"],
    deprecated: true,
    params: z.object({ id: z.int().min(1).max(9).describe("whose") }),
    query: z.object({ draft: z.boolean().default(false), by: z.string() }),
    headers: z.object({ "x-key": z.string(), authorization: z.string() }),
    body: z.object({ at: z.date(), n: z.number() }).optional(),
    media: ["application/json"],
    answer: z.string(),
    responses: { 201: "saved", 404: "not found" },
  });
  assert.deepEqual(JSON.parse(JSON.stringify(operation)), operation);
  assert.deepEqual(operation, {
    operationId: "save",
    summary: "Saves a file",
    tags: ["files"],
    deprecated: true,
    parameters: [
      {
        name: "id",
        in: "path",
        required: true,
        description: "whose",
        schema: {
          type: "integer",
          minimum: 1,
          maximum: 9,
          description: "whose",
        },
      },
      {
        name: "*",
        in: "path",
        required: true,
        description: "what is left of the path, with its slashes",
        schema: { type: "string" },
      },
      {
        name: "draft",
        in: "query",
        required: false,
        schema: { type: "boolean", default: false },
      },
      { name: "by", in: "query", required: true, schema: { type: "string" } },
      {
        name: "x-key",
        in: "header",
        required: true,
        schema: { type: "string" },
      },
    ],
    requestBody: {
      required: false,
      content: {
        "application/json": {
          schema: {
            type: "object",
            properties: { at: {}, n: { type: "number" } },
            required: ["at", "n"],
          },
        },
      },
    },
    responses: {
      201: {
        description: "saved",
        content: { "text/plain": { schema: { type: "string" } } },
      },
      404: { description: "not found" },
    },
  });
});

Deno.test("a schema without a JSON Schema is described as anything", () => {
  const silent: StandardSchema = {
    "~standard": {
      version: 1,
      vendor: "test",
      validate: (value) => ({ value }),
    },
  };
  const failing = {
    "~standard": {
      ...silent["~standard"],
      jsonSchema: {
        input() {
          throw new Error("it has a date");
        },
      },
    },
  };
  for (const schema of [silent, failing]) {
    const { operation } = defineRoute({
      method: "PUT",
      path: "/x/:id",
      params: schema,
      query: schema,
      body: schema,
      answer: schema,
    });
    assert.deepEqual(operation.requestBody!.content["application/json"], {
      schema: {},
    });
    assert.deepEqual(
      operation.parameters.map(({ name, in: place }) => [
        name,
        place,
      ]),
      [["id", "path"]],
    );
  }
});

Deno.test("the JSON Schema of any library is used, by the interface of the standard", () => {
  const asked: unknown[] = [];
  const schema = {
    "~standard": {
      version: 1 as const,
      vendor: "test",
      validate: (value: unknown) => ({ value }),
      jsonSchema: {
        output(options: { target: string }) {
          asked.push(options.target);
          return { $schema: "x", type: "boolean" };
        },
      },
    },
  };
  const { operation } = defineRoute({
    method: "GET",
    path: "/",
    answer: schema,
  });
  assert.deepEqual(asked, ["draft-2020-12"]);
  assert.deepEqual(operation.responses["200"]!.content!["application/json"], {
    schema: { type: "boolean" },
  });
});
