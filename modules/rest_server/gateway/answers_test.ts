import { CaryatidError } from "@caryatid/sdk";
import assert from "node:assert/strict";
import { CapturedLogs } from "../../../process/testing/captured_logs.ts";
import { measureUntil } from "../../../sdk/testing/conformance/measure_until.ts";
import { handleRoute } from "../mod.ts";
import { RestProcess } from "../testing/rest_process.ts";

Deno.test("E5 a path without a handler is 404 at once", async () => {
  await using server = await RestProcess.start({ "request-timeout": 60 });
  const { response, problem, took } = await measureUntil(
    ({ took }) => took < 1_000,
    async () => {
      const began = performance.now();
      const response = await server.fetch("/nothing");
      const took = performance.now() - began;
      return { response, problem: await response.json(), took };
    },
  );
  assert(took < 1_000, `${took} ms`);
  assert.equal(response.status, 404);
  assert.equal(
    response.headers.get("content-type"),
    "application/problem+json",
  );
  assert.deepEqual(problem, {
    type: "about:blank",
    title: "Not Found",
    status: 404,
  });
});

Deno.test("E5 another method of a known path is 405, with those it has", async (t) => {
  await using server = await RestProcess.start({}, {
    routes: (context) => {
      handleRoute(context, "GET /users/:id", () => "one");
      handleRoute(context, "PUT /users/:id", () => "changed");
      context.handle("rest.post.plain", () => ({ code: 200, body: "" }));
    },
  });
  await t.step("of a route", async () => {
    const response = await server.fetch("/users/7", { method: "DELETE" });
    await response.body?.cancel();
    assert.equal(response.status, 405);
    assert.equal(response.headers.get("allow"), "GET, HEAD, PUT");
  });
  await t.step("of a plain handler, once it has answered", async () => {
    await (await server.fetch("/plain", { method: "POST" })).body?.cancel();
    const response = await server.fetch("/plain");
    await response.body?.cancel();
    assert.equal(response.status, 405);
    assert.equal(response.headers.get("allow"), "POST");
  });
  await t.step("but not of another path", async () => {
    const response = await server.fetch("/users", { method: "DELETE" });
    await response.body?.cancel();
    assert.equal(response.status, 404);
  });
});

Deno.test("E5 a handler that takes too long is 504", async () => {
  await using server = await RestProcess.start({ "request-timeout": 0.05 }, {
    routes: (context) =>
      context.handle(
        "rest.get.slow",
        ({ signal }) =>
          new Promise((resolve) => signal.addEventListener("abort", resolve)),
      ),
  });
  const response = await server.fetch("/slow");
  assert.equal(response.status, 504);
  await response.body?.cancel();
});

Deno.test("E5 a handler that throws is 500, and the client receives no details", async () => {
  using logs = new CapturedLogs();
  await using server = await RestProcess.start({}, {
    routes: (context) =>
      context.handle("rest.get.broken", () => {
        throw new Error("the password is wrong");
      }),
  });
  const response = await server.fetch("/broken");
  assert.equal(response.status, 500);
  assert.deepEqual(await response.json(), {
    type: "about:blank",
    title: "Internal Server Error",
    status: 500,
  });
  assert(
    logs.lines.some((line) =>
      /GET \/broken: 500 \[HANDLER_FAILED\]/.test(line)
    ),
    logs.lines.join("\n"),
  );
});

Deno.test("E5 an invalid answer is 502, and the log has the reason", async (t) => {
  const answers: Record<string, unknown> = {
    "null": null,
    "text": "hello",
    "no code": { body: "", content_type: "" },
    "status 101": { code: 101, body: "", content_type: "" },
    "status 600": { code: 600, body: "" },
    "status 200.5": { code: 200.5, body: "" },
    "a code that is text": { code: "200", body: "" },
    "a body that is a number": { code: 200, body: 7 },
    "a body with 204": { code: 204, body: "x" },
    "a body with 304": { code: 304, body: "x" },
    "a body that is not valid text": { code: 200, body: "\ud800" },
    "a content type with a line break": {
      code: 200,
      body: "",
      content_type: "text/plain\r\nx: y",
    },
    "headers that are a list": { code: 200, body: "", headers: ["a"] },
  };
  using logs = new CapturedLogs();
  await using server = await RestProcess.start({}, {
    routes: (context) =>
      context.handle(
        "rest.post.answer",
        ({ message }) => answers[(message as { body: string }).body],
      ),
  });
  for (const name of Object.keys(answers)) {
    await t.step(name, async () => {
      const { length } = logs.lines;
      const response = await server.fetch("/answer", {
        method: "POST",
        body: name,
      });
      assert.equal(response.status, 502);
      assert.deepEqual(Object.keys(await response.json()), [
        "type",
        "title",
        "status",
      ]);
      assert.match(logs.lines.slice(length).join(), /POST \/answer: 502 .+/);
    });
  }
});

Deno.test("E5 an answer without a body, or with bytes, goes out as it is", async (t) => {
  await using server = await RestProcess.start({}, {
    routes: (context) => {
      context.handle("rest.get.nothing", () => ({ code: 204 }));
      context.handle("rest.get.teapot", () => ({ code: 418, body: "short" }));
      context.handle("rest.get.bytes", () => ({
        code: 200,
        body: Uint8Array.of(0, 255),
        content_type: "image/x-two",
      }));
    },
  });
  await t.step("204", async () => {
    const response = await server.fetch("/nothing");
    assert.equal(response.status, 204);
    assert.equal(response.body, null);
  });
  await t.step("418", async () => {
    const response = await server.fetch("/teapot");
    assert.equal(response.status, 418);
    assert.equal(await response.text(), "short");
  });
  await t.step("bytes", async () => {
    const response = await server.fetch("/bytes");
    assert.equal(response.headers.get("content-type"), "image/x-two");
    assert.deepEqual(await response.bytes(), Uint8Array.of(0, 255));
  });
});

Deno.test("E5 a bus that cannot carry the request is 503 with Retry-After", async (t) => {
  for (const code of ["BUS_UNAVAILABLE", "OVERFLOW", "BUS_CLOSED"] as const) {
    await t.step(code, async () => {
      const { busProblem } = await import("./bus_problem.ts");
      const problem = busProblem(new CaryatidError(code, "secret"));
      assert.equal(problem.status, 503);
      assert.equal(problem.message, "");
      assert.equal(problem.options.headers?.["retry-after"], "1");
    });
  }
});

Deno.test("E5 a path without a route of the bus is 404, or 414 if it is too long", async () => {
  await using server = await RestProcess.start({}, {
    config: {
      "message-bus": { memory: { class: "in-memory" } },
      "message-router": { route: [{ pattern: "rest.get.a", bus: "memory" }] },
    },
    routes: (context) => handleRoute(context, "GET /a", () => "a"),
  });
  assert.equal(await (await server.fetch("/a")).text(), "a");
  for (const path of ["/b", `/${"b".repeat(400)}`]) {
    const response = await server.fetch(path);
    await response.body?.cancel();
    assert([404, 414].includes(response.status), `${response.status}`);
  }
});
