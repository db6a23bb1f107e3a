import assert from "node:assert/strict";
import type { StandardSchema } from "@caryatid/sdk";
import { z } from "zod";
import { CapturedLogs } from "../../../process/testing/captured_logs.ts";
import { encode } from "@caryatid/process/codec";
import { handleRoute } from "./handle_route.ts";
import { reply } from "./reply.ts";
import { problem } from "../problem.ts";
import { RestProcess } from "../testing/rest_process.ts";
import { defineRoute } from "./define_route.ts";

const JSON_BODY = { "content-type": "application/json" };

const search = defineRoute({
  method: "GET",
  path: "/search/:year",
  params: z.object({ year: z.int() }),
  query: z.object({
    page: z.int().min(1).default(1),
    tag: z.array(z.string()).default([]),
  }),
  headers: z.object({ "x-limit": z.number().optional() }),
});

const create = defineRoute({
  method: "POST",
  path: "/users",
  body: z.object({ name: z.string().min(1), age: z.int().optional() }),
  media: [
    "application/json",
    "application/cbor",
    "application/x-www-form-urlencoded",
  ],
  answer: z.object({ id: z.int(), name: z.string() }),
  responses: { 201: "the user", 409: "the name is taken" },
});

/** A process with both. */
function start(): Promise<RestProcess> {
  return RestProcess.start({}, {
    routes(context) {
      handleRoute(
        context,
        search,
        ({ params, query, headers, method, message, signal }) => ({
          year: params.year + 0,
          page: query.page + 0,
          tags: query.tag.map((tag) => tag.toUpperCase()),
          limit: headers["x-limit"],
          method,
          path: message.path,
          aborted: signal.aborted,
        }),
      );
      handleRoute(context, create, ({ body }) => {
        if (body.name === "taken") throw problem(409, "the name is taken");
        const secret = { password: "hunter2" };
        return { id: (body.age ?? 0) + 1, name: body.name, ...secret };
      });
    },
  });
}

Deno.test("a handler gets values of the declared types", async () => {
  await using rest = await start();
  const answer = await rest.fetch("/search/2026?page=2&tag=a&tag=b", {
    headers: { "x-limit": "1.5" },
  });
  assert.deepEqual(await answer.json(), {
    year: 2026,
    page: 2,
    tags: ["A", "B"],
    limit: 1.5,
    method: "GET",
    path: "/search/2026",
    aborted: false,
  });
  const plain = await rest.fetch("/search/2026");
  const { page, tags } = await plain.json();
  assert.deepEqual({ page, tags }, { page: 1, tags: [] });
});

Deno.test("an invalid request is a 400 that lists its errors, and the handler is not called", async () => {
  await using rest = await start();
  const answer = await rest.fetch("/search/soon?page=0&tag=a", {
    headers: { "x-limit": "much" },
  });
  assert.equal(answer.status, 400);
  assert.equal(
    answer.headers.get("content-type"),
    "application/problem+json",
  );
  assert.deepEqual(await answer.json(), {
    type: "about:blank",
    title: "Bad Request",
    status: 400,
    detail: "the request has 3 validation errors",
    errors: [
      {
        in: "path",
        parameter: "year",
        message: "Invalid input: expected number, received string",
      },
      {
        in: "query",
        parameter: "page",
        message: "Too small: expected number to be >=1",
      },
      {
        in: "header",
        parameter: "x-limit",
        message: "Invalid input: expected number, received string",
      },
    ],
  });
});

Deno.test("a body may be of each declared type", async (t) => {
  await using rest = await start();
  const bodies: Record<string, BodyInit> = {
    "application/json": '{"name":"Ada","age":36}',
    "Application/JSON; charset=utf-8": '{"name":"Ada","age":36}',
    "application/cbor": encode({ name: "Ada", age: 36 }) as Uint8Array<
      ArrayBuffer
    >,
    "application/x-www-form-urlencoded": "name=Ada&age=36",
  };
  for (const [type, body] of Object.entries(bodies)) {
    await t.step(type, async () => {
      const answer = await rest.fetch("/users", {
        method: "POST",
        body,
        headers: { "content-type": type },
      });
      assert.equal(answer.status, 201);
      assert.deepEqual(await answer.json(), { id: 37, name: "Ada" });
    });
  }
});

Deno.test("a body of another type is a 415, whatever it holds", async (t) => {
  await using rest = await start();
  for (const type of ["text/plain", "application/xml", "application/jsonx"]) {
    await t.step(type, async () => {
      const answer = await rest.fetch("/users", {
        method: "POST",
        body: "{",
        headers: { "content-type": type },
      });
      assert.equal(answer.status, 415);
      assert.match(answer.headers.get("accept")!, /^application\/json, /);
      await answer.body?.cancel();
    });
  }
  await t.step("none at all", async () => {
    const answer = await rest.exchange(
      "POST /users HTTP/1.1\r\nHost: x\r\nContent-Length: 2\r\n\r\n{}",
    );
    assert.match(answer, /^HTTP\/1.1 415 /);
  });
});

Deno.test("errors in a body have pointers into it", async () => {
  await using rest = await start();
  const ask = async (body: string) => {
    const init = { method: "POST", body, headers: JSON_BODY };
    const answer = await rest.fetch("/users", init);
    assert.equal(answer.status, 400);
    const { errors } = await answer.json();
    return errors?.map(({ pointer }: { pointer: string }) => pointer);
  };
  assert.deepEqual(await ask('{"name":""}'), ["#/name"]);
  assert.deepEqual(await ask("[]"), ["#"]);
  assert.deepEqual(await ask(""), ["#"]);
  // Not JSON: a pointer would lead nowhere.
  assert.deepEqual(await ask("{"), undefined);
});

Deno.test("an answer has only the output of its schema, and problems pass", async () => {
  await using rest = await start();
  const ask = (name: string) => {
    const body = JSON.stringify({ name });
    return rest.fetch("/users", { method: "POST", body, headers: JSON_BODY });
  };
  const good = await ask("Ada");
  assert.equal(await good.text(), '{"id":1,"name":"Ada"}'); // no password
  const taken = await ask("taken");
  assert.equal(taken.status, 409);
  assert.equal((await taken.json()).detail, "the name is taken");
});

Deno.test("a wrong answer is a 500 without details, and the log has its code", async () => {
  const route = (path: string) =>
    defineRoute({
      method: "GET",
      path,
      answer: z.object({ n: z.number() }),
      responses: { 200: "fine", 404: { description: "no", schema: z.null() } },
    });
  const wrong = "hunter2" as unknown as number;
  using logs = new CapturedLogs();
  await using rest = await RestProcess.start({}, {
    routes(context) {
      handleRoute(context, route("/value"), () => ({ n: wrong }));
      handleRoute(context, route("/reply"), () => reply({ n: wrong }));
      handleRoute(context, route("/none"), () => reply(undefined));
      const missing = () => reply("text", { status: 404 });
      handleRoute(context, route("/status"), missing);
      handleRoute(context, route("/good"), () => ({ n: 1 }));
      const gone = () => reply("free", { status: 410 });
      handleRoute(context, route("/undeclared"), gone);
      handleRoute(context, route("/raw"), () => new Response("free"));
    },
  });
  for (const path of ["/value", "/reply", "/none", "/status"]) {
    const { length } = logs.lines;
    const answer = await rest.fetch(path);
    assert.equal(answer.status, 500, path);
    assert.deepEqual(await answer.json(), {
      type: "about:blank",
      title: "Internal Server Error",
      status: 500,
    });
    const log = logs.lines.slice(length).join("\n");
    assert.match(log, new RegExp(`GET ${path}: 500 .*INVALID_MESSAGE`));
    assert.doesNotMatch(log, /hunter2/);
  }
  for (
    const [path, status] of [["/good", 200], ["/undeclared", 410], [
      "/raw",
      200,
    ]] as const
  ) {
    const answer = await rest.fetch(path);
    assert.equal(answer.status, status, path);
    await answer.body?.cancel();
  }
});

Deno.test("messages do not repeat the request", async () => {
  const chatty: StandardSchema<unknown, unknown> = {
    "~standard": {
      version: 1,
      vendor: "test",
      validate: (value) => ({
        issues: [
          {
            message: `Expected number but received "${
              (value as { pin: string }).pin
            }"`,
            path: ["pin"],
          },
          { message: "x".repeat(10_000), path: [{ key: "a/b~c ü" }] },
        ],
      }),
    },
  };
  await using rest = await RestProcess.start({}, {
    routes(context) {
      const route = defineRoute({ method: "PUT", path: "/", body: chatty });
      handleRoute(context, route, () => "never");
    },
  });
  const answer = await rest.fetch("/", {
    method: "PUT",
    body: '{"pin":"hunter2"}',
    headers: JSON_BODY,
  });
  const { errors } = await answer.json();
  assert.deepEqual(errors, [
    { in: "body", pointer: "#/pin", message: "is not valid" },
    {
      in: "body",
      pointer: "#/a~1b~0c%20%C3%BC",
      message: "x".repeat(200),
    },
  ]);
});

Deno.test("a hundred errors are counted, and the first twenty are listed", async () => {
  await using rest = await RestProcess.start({}, {
    routes(context) {
      const body = z.array(z.number());
      const route = defineRoute({ method: "PUT", path: "/", body });
      handleRoute(context, route, () => "never");
    },
  });
  const answer = await rest.fetch("/", {
    method: "PUT",
    body: JSON.stringify(Array(100).fill("x")),
    headers: JSON_BODY,
  });
  const { errors, detail } = await answer.json();
  assert.equal(detail, "the request has 100 validation errors");
  assert.equal(errors.length, 20);
});
