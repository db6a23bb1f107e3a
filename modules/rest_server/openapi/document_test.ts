import assert from "node:assert/strict";
import fc from "fast-check";
import { z } from "zod";
import type { RouteDeclaration } from "../routes/declarations.ts";
import { routePath } from "../routes/route_path.ts";
import { declared, made, undeclared } from "./testing/made_document.ts";
import { assertValid } from "./testing/valid_document.ts";

Deno.test("a document without routes is valid, and so is one with everything", async () => {
  await assertValid(made([]).document);
  const Node = z.object({
    name: z.string(),
    get children() {
      return z.array(Node);
    },
  }).meta({ id: "DocumentTestNode" });
  const routes = [
    declared({
      method: "POST",
      path: "/trees/:id/*",
      operationId: "grow",
      summary: "Grows a tree",
      description: "<b>No</b> markup",
      tags: ["trees"],
      deprecated: true,
      params: z.object({ id: z.int(), "*": z.string() }),
      query: z.object({ leaf: z.array(z.enum(["oak", "elm"])) }),
      headers: z.object({ "x-key": z.string() }),
      body: Node,
      media: ["application/json", "text/*"],
      answer: z.object({ node: Node, at: z.date() }),
      responses: {
        201: "grown",
        204: "nothing to do",
        404: { description: "no such tree", schema: Node },
      },
    }),
    undeclared("GET", "/plain/:id"),
  ];
  const { document, reports } = made(routes, {
    description: "All about trees",
    servers: [{ url: "/api" }, { url: "https://x.example", description: "x" }],
    isSecured: true,
  });
  assert.deepEqual(reports, []);
  await assertValid(document);
  assert.deepEqual(Object.keys(document.paths), [
    "/trees/{id}/{rest}",
    "/plain/{id}",
  ]);
  assert.deepEqual(Object.keys(document.components["schemas"] as object), [
    "Problem",
    "DocumentTestNode",
    "DocumentTestNode_2", // what zod gives has no other keys; what it takes may
  ]);
});

Deno.test("an undeclared route is listed, its parameters as texts", async () => {
  const { document } = made([undeclared("GET", "/plain/:id")]);
  await assertValid(document);
  assert.deepEqual(document.paths["/plain/{id}"]!["get"], {
    parameters: [{
      name: "id",
      in: "path",
      required: true,
      schema: { type: "string" },
    }],
    responses: {
      200: { description: "the answer" },
      default: { $ref: "#/components/responses/Problem" },
    },
  });
});

Deno.test("paths are written as OpenAPI wants them", async (t) => {
  const paths: Record<string, string> = {
    "/": "/",
    "/a/": "/a",
    "/:id": "/{id}",
    "/:a/x/:b": "/{a}/x/{b}",
    "/files/*": "/files/{rest}",
    "/files/:rest/*": "/files/{rest}/{rest_}",
    "/v1.2/a.json": "/v1.2/a.json",
    "/größe/:id": "/gr%C3%B6%C3%9Fe/{id}",
    "/{id}": "/%7Bid%7D",
    "/100%": "/100%25",
    "/a:b@c$d&e=f+g,h;i": "/a:b@c$d&e=f+g,h;i",
    "/:constructor": "/{constructor}",
  };
  for (const [path, wanted] of Object.entries(paths)) {
    await t.step(path, async () => {
      const { document } = made([undeclared("GET", path)]);
      assert.deepEqual(Object.keys(document.paths), [wanted]);
      await assertValid(document);
    });
  }
});

Deno.test("any paths and texts give a valid document", async () => {
  const literal = fc.string({ unit: "binary", minLength: 1 })
    .filter((text) => !/[/#?]/.test(text) && !/^(:|\*$)/.test(text));
  const name = fc.stringMatching(/^:[A-Za-z_]\w{0,5}$/);
  const path = fc.array(fc.oneof(literal, name, fc.constant("*")), {
    maxLength: 5,
  }).map((parts) => `/${parts.join("/")}`).filter((path) => {
    try {
      routePath("GET", path, "escape");
      return true;
    } catch {
      return false; // two equal names, or a star in the middle
    }
  });
  const text = fc.string({ unit: "binary" }).map((text) => text.toWellFormed());
  await fc.assert(
    fc.asyncProperty(
      fc.array(fc.record({ path, text }), { maxLength: 4 }),
      async (routes) => {
        const { document } = made(routes.map(({ path, text }) =>
          declared({
            method: "POST",
            path,
            summary: text,
            description: text,
            operationId: text,
            tags: [text],
            query: z.object({ [text]: z.string().optional() }),
            body: z.object({ [text]: z.string().describe(text) }),
          })
        ));
        await assertValid(document);
      },
    ),
    { numRuns: 15 },
  );
});

Deno.test("of two routes for the same requests the first counts, and the other is reported", async () => {
  const route = (schema: z.ZodType, path = "/users/:id") =>
    declared({ method: "PUT", path, body: schema });
  const { document, reports } = made([
    route(z.string()),
    route(z.string()), // another instance of the same module
    route(z.number()),
    route(z.number(), "/users/:name"), // the same requests, too
  ]);
  await assertValid(document);
  assert.deepEqual(Object.keys(document.paths), ["/users/{id}"]);
  const { content } = document.paths["/users/{id}"]!["put"]!.requestBody!;
  assert.deepEqual(content["application/json"], { schema: { type: "string" } });
  const found = "another module declares it with other schemas";
  assert.deepEqual(reports, [
    `PUT /users/:id: ${found}`,
    `PUT /users/:name: ${found}`,
  ]);
});

Deno.test("methods of one path are listed together, whatever its parameters are called", async () => {
  const { document, reports } = made([
    declared({ method: "GET", path: "/users/:id/*" }),
    declared({
      method: "DELETE",
      path: "/users/:name/*",
      params: z.object({ name: z.string().max(3), "*": z.string().max(4) }),
    }),
  ]);
  assert.deepEqual(reports, []);
  await assertValid(document);
  const [path, item] = Object.entries(document.paths)[0]!;
  assert.equal(path, "/users/{id}/{rest}");
  assert.deepEqual(
    item["delete"]!.parameters.map(({ name, schema }) => [
      name,
      schema["maxLength"],
    ]),
    [["id", 3], ["rest", 4]],
  );
});

Deno.test("a route for any method is listed under the methods without a route", async () => {
  const { document, reports } = made([
    declared({ method: "*", path: "/x", summary: "any" }),
    declared({ method: "GET", path: "/x", summary: "get" }),
    undeclared("PURGE", "/x"),
  ]);
  await assertValid(document);
  const summaries = Object.entries(document.paths["/x"]!).map((
    [method, { summary }],
  ) => `${method}: ${summary}`);
  assert.deepEqual(summaries, [
    "get: get",
    "put: any",
    "post: any",
    "delete: any",
    "patch: any",
  ]);
  assert.deepEqual(reports, ["PURGE /x: OpenAPI has no such method"]);
});

Deno.test("an operationId is unique", async () => {
  const { document, reports } = made([
    declared({ method: "GET", path: "/a", operationId: "same" }),
    declared({ method: "GET", path: "/b", operationId: "same" }),
  ]);
  await assertValid(document);
  assert.equal(document.paths["/a"]!["get"]!.operationId, "same");
  assert.equal(document.paths["/b"]!["get"]!.operationId, undefined);
  assert.deepEqual(reports, [
    "GET /b: another one has the operationId same",
  ]);
});

Deno.test("a description of another version that cannot be read is left out", async () => {
  const wrong: unknown[] = [
    null,
    7,
    {},
    { parameters: [{}], responses: {} },
    { parameters: [], responses: { 200: {} } },
    { parameters: [], responses: { ok: { description: "x" } } },
    { parameters: [], responses: {}, summary: 7 },
    { parameters: [], responses: {}, requestBody: { content: { "a/b": 1 } } },
  ];
  for (const operation of wrong) {
    const route = { ...undeclared("GET", "/x"), operation } as RouteDeclaration;
    const { document, reports } = made([route]);
    await assertValid(document);
    assert.deepEqual(reports, ["GET /x: its description cannot be read"]);
    assert(document.paths["/x"]!["get"]);
  }
});
