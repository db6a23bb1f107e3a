import { Hono } from "hono";
import assert from "node:assert/strict";
import { handleRoute } from "../mod.ts";
import { statusOf } from "../testing/raw_client.ts";
import { RestProcess } from "../testing/rest_process.ts";

const TARGETS = [
  "/admin/x",
  "/admin/x/",
  "/admin.x",
  "/admin%2ex",
  "/admin%2Ex/",
  "/%61dmin/x",
  "/%61dmin.x",
  "/admin/%78",
  "/admin//x",
  "//admin/x",
  "/admin/x?a",
  "/admin./x",
  "/admin/x//",
];

for (const dots of ["escape", "split"] as const) {
  Deno.test(`a guard of a path sees each spelling that reaches its handler, with dots = "${dots}"`, async () => {
    let handled = 0;
    const guarded: string[] = [];
    const app = new Hono().use("/admin/*", async (c, next) => {
      guarded.push(c.req.path);
      if (c.req.header("authorization") === undefined) return c.text("no", 401);
      await next();
    });
    await using server = await RestProcess.start({ dots }, {
      app,
      routes: (context) =>
        handleRoute(context, "GET /admin/x", () => {
          handled++;
          return "secret";
        }, { dots }),
    });
    for (const target of TARGETS) {
      const answer = await server.exchange(
        `GET ${target} HTTP/1.1\r\nHost: a\r\n\r\n`,
      );
      assert.notEqual(statusOf(answer), 200, target);
    }
    assert.equal(handled, 0);
    const answer = await server.exchange(
      "GET /admin/x HTTP/1.1\r\nHost: a\r\nAuthorization: x\r\n\r\n",
    );
    assert.equal(statusOf(answer), 200);
    assert.equal(handled, 1);
    assert.equal(guarded.at(-1), "/admin/x");
  });
}

Deno.test("parameters that a guard reads are those that the handler gets", async () => {
  const seen: string[] = [];
  const app = new Hono().use("/users/:id", async (c, next) => {
    seen.push(c.req.param("id"));
    await next();
  });
  await using server = await RestProcess.start({}, {
    app,
    routes: (context) =>
      handleRoute(context, "GET /users/:id", ({ params }) => params.id),
  });
  for (
    const id of ["7", "a.b", "%2541", "a%2Bb", "a+b", "%25", "a%20b"]
  ) {
    const answer = await server.exchange(
      `GET /users/${id} HTTP/1.1\r\nHost: a\r\n\r\n`,
    );
    assert.equal(statusOf(answer), 200, answer);
    assert.equal(answer.slice(answer.indexOf("\r\n\r\n") + 4), seen.pop(), id);
  }
});

Deno.test("middleware of the program guards live streams, documents and files, too", async () => {
  const app = new Hono().use((c) => Promise.resolve(c.text("no", 401)));
  const folder = await Deno.makeTempDir();
  await Deno.writeTextFile(`${folder}/file.txt`, "secret");
  await using server = await RestProcess.start({
    live: { subscribe: ["a"] },
    openapi: {},
    static: { folder, path: "/files" },
  }, { app });
  for (
    const path of ["/live/events?topic=a", "/openapi.json", "/files/file.txt"]
  ) {
    const response = await server.fetch(path);
    assert.equal(response.status, 401, path);
    await response.body?.cancel();
  }
  await Deno.remove(folder, { recursive: true });
});

Deno.test("paths of the server may have dots, whatever dots are in topics", async (t) => {
  const folder = await Deno.makeTempDir();
  await Deno.writeTextFile(`${folder}/a.b.txt`, "a file");
  for (const dots of ["escape", "split"]) {
    await using server = await RestProcess.start({
      dots,
      health: "/health.v1",
      metrics: "/metrics.txt",
      openapi: { docs: "/docs.v1" },
      live: { path: "/live.v1", subscribe: ["a"] },
      static: { folder, path: "/files.v1" },
    }, { config: { monitor: {} } });
    const paths = [
      "/health.v1/live",
      "/metrics.txt",
      "/openapi.json",
      "/docs.v1",
      "/docs.v1/start.js",
      "/docs.v1/swagger-ui.css",
      "/live.v1/events?topic=a",
      "/files.v1/a.b.txt",
    ];
    for (const path of paths) {
      await t.step(`${path}, dots = ${dots}`, async () => {
        const answer = await server.fetch(path);
        assert.equal(answer.status, 200);
        await answer.body?.cancel();
      });
    }
  }
  await Deno.remove(folder, { recursive: true });
});
