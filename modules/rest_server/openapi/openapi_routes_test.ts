import assert from "node:assert/strict";
import { z } from "zod";
import { CapturedLogs } from "../../../process/testing/captured_logs.ts";
import { handleRoute } from "../routes/handle_route.ts";
import { RestProcess } from "../testing/rest_process.ts";
import { defineRoute } from "../routes/define_route.ts";
import type { OpenApiDocument } from "./document_types.ts";
import { assertValid } from "./testing/valid_document.ts";

const hello = defineRoute({
  method: "GET",
  path: "/hello/:name",
  summary: "Greets",
  params: z.object({ name: z.string() }),
  answer: z.string(),
});

async function documentOf(
  rest: RestProcess,
  path = "/openapi.json",
): Promise<OpenApiDocument> {
  const answer = await rest.fetch(path);
  assert.equal(answer.status, 200);
  assert.equal(answer.headers.get("content-type"), "application/json");
  return await answer.json();
}

Deno.test("a server without the openapi section has neither document nor page", async () => {
  await using rest = await RestProcess.start({}, {
    routes: (context) => handleRoute(context, hello, () => "hello"),
  });
  for (const path of ["/openapi.json", "/docs"]) {
    const answer = await rest.fetch(path);
    assert.equal(answer.status, 404);
    await answer.body?.cancel();
  }
});

Deno.test("the document has the routes of all modules, with and without schemas", async () => {
  await using rest = await RestProcess.start({
    openapi: {
      title: "Greetings",
      version: "1.2.3",
      description: "Polite",
      servers: [{ url: "https://api.example", description: "in the open" }],
    },
  }, {
    routes(context) {
      handleRoute(context, hello, ({ params }) => `hello ${params.name}`);
      handleRoute(context, "POST /plain/:id/*", () => "free");
      context.handle("rest.get.unknown", () => ({ code: 200 }));
    },
  });
  const document = await documentOf(rest);
  await assertValid(document);
  assert.deepEqual(document.info, {
    title: "Greetings",
    version: "1.2.3",
    description: "Polite",
  });
  assert.deepEqual(document.servers, [
    { url: "https://api.example", description: "in the open" },
  ]);
  assert.deepEqual(Object.keys(document.paths), [
    "/hello/{name}",
    "/plain/{id}/{rest}",
  ]);
  for (const path of ["/plain/1/x", "/unknown"]) {
    const method = path === "/unknown" ? "GET" : "POST";
    const answer = await rest.fetch(path, { method });
    assert.equal(answer.status, 200);
    await answer.body?.cancel();
  }
});

Deno.test("routes that come later are in the document, and those that are closed are not", async () => {
  await using rest = await RestProcess.start({ openapi: {} });
  assert.deepEqual((await documentOf(rest)).paths, {});
  await using handling = handleRoute(rest.context, hello, () => "hello");
  handleRoute(rest.context, "GET /second", () => "second");
  const has = async (path: string) => path in (await documentOf(rest)).paths;
  while (!await has("/second"));
  assert(await has("/hello/{name}"));
  await handling.close();
  while (await has("/hello/{name}")); // servers ask once a second
  assert(await has("/second"));
});

Deno.test("the document of a server with tokens says so, and is not shown without one", async () => {
  const name = "CARYATID_TEST_OPENAPI_TOKEN";
  Deno.env.set(name, "letmein");
  await using rest = await RestProcess.start({
    openapi: {},
    auth: { "tokens-env": name },
  });
  Deno.env.delete(name);
  for (const path of ["/openapi.json", "/docs"]) {
    const refused = await rest.fetch(path);
    assert.equal(refused.status, 401);
    await refused.body?.cancel();
  }
  const answer = await rest.fetch("/openapi.json", {
    headers: { authorization: "Bearer letmein" },
  });
  const document = await answer.json();
  await assertValid(document);
  assert.deepEqual(document.security, [{ bearer: [] }]);
});

Deno.test("the same route with other schemas is reported once, for any number of requests", async () => {
  using logs = new CapturedLogs();
  await using rest = await RestProcess.start({ openapi: {} }, {
    routes(context) {
      handleRoute(context, hello, () => "first");
      const { answer: _, ...other } = hello;
      const second = defineRoute({ ...other, summary: "Greets, too" });
      handleRoute(context, second, () => "second");
    },
  });
  for (let i = 0; i < 3; i++) {
    const { paths } = await documentOf(rest);
    assert.equal(paths["/hello/{name}"]!["get"]!.summary, "Greets");
  }
  const reports = logs.lines.filter((line) => line.includes("described"));
  assert.deepEqual(reports, [
    "caryatid.rest-server: GET /hello/:name is not described: another module declares it with other schemas",
  ]);
});

Deno.test("each server has the routes of its topic", async () => {
  await using rest = await RestProcess.start({ openapi: {}, topic: "api" }, {
    routes(context) {
      handleRoute(context, hello, () => "hello", { topic: "api" });
      handleRoute(context, "GET /other", () => "other");
    },
  });
  const { paths } = await documentOf(rest);
  assert.deepEqual(Object.keys(paths), ["/hello/{name}"]);
});

Deno.test("the section sets the paths, and can leave out the page", async () => {
  await using rest = await RestProcess.start({
    openapi: { path: "/api/v1.json", docs: false },
  });
  await documentOf(rest, "/api/v1.json");
  const answer = await rest.fetch("/docs");
  assert.equal(answer.status, 404);
  await answer.body?.cancel();
  for (
    const openapi of [{ path: "openapi" }, { docs: "/" }, {
      servers: [{ url: "x" }],
    }]
  ) {
    await assert.rejects(RestProcess.start({ openapi }), {
      code: "INVALID_CONFIG",
    });
  }
});
