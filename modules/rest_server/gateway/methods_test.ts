import assert from "node:assert/strict";
import { handleRoute } from "../mod.ts";
import { RestProcess } from "../testing/rest_process.ts";

function lengthOf(response: string): string | undefined {
  return /^content-length: (\d+)/im.exec(response)?.[1];
}

Deno.test("E7 HEAD is for its own handler, else for GET's, and has no body", async (t) => {
  const methods: string[] = [];
  await using server = await RestProcess.start({}, {
    routes: (context) => {
      handleRoute(context, "GET /text", ({ method }) => {
        methods.push(method);
        return "eight ä";
      });
      handleRoute(context, "GET /large", () => new Uint8Array(100_000));
      handleRoute(context, "GET /empty", () => undefined);
      handleRoute(context, "HEAD /own", ({ method }) => {
        methods.push(method);
        return "x";
      });
    },
  });
  const head = async (path: string) => {
    await using client = await server.connect();
    const close = "Host: a\r\nConnection: close\r\n\r\n";
    await client.send(`HEAD ${path} HTTP/1.1\r\n${close}`);
    return await client.ended();
  };
  const cases: [path: string, status: string, length: string | undefined][] = [
    ["/text", "200 OK", "8"],
    ["/large", "200 OK", "100000"],
    ["/own", "200 OK", "1"],
    ["/empty", "204 No Content", undefined],
    ["/nothing", "404 Not Found", undefined],
  ];
  for (const [path, status, length] of cases) {
    await t.step(`${path}: ${status}`, async () => {
      const response = await head(path);
      assert(response.startsWith(`HTTP/1.1 ${status}`), response);
      assert(response.endsWith("\r\n\r\n"), response);
      assert.equal(lengthOf(response), length, response);
    });
  }
  assert.deepEqual(methods, ["GET", "HEAD"]);
});

Deno.test("E7 HEAD has the Content-Length of GET or none if answers are compressed", async (t) => {
  await using server = await RestProcess.start({ compression: true }, {
    routes: (context) => {
      handleRoute(context, "GET /short", () => "short");
      handleRoute(context, "GET /medium", () => "x".repeat(5_000));
      handleRoute(context, "GET /long", () => "x".repeat(100_000));
      handleRoute(context, "GET /bytes", () => new Uint8Array(5_000));
    },
  });
  const head = async (path: string, encoding: string) => {
    await using client = await server.connect();
    await client.send(
      `HEAD ${path} HTTP/1.1\r\nHost: a\r\n${encoding}` +
        "Connection: close\r\n\r\n",
    );
    return await client.ended();
  };
  const cases: [path: string, plain: string, gzip: string | undefined][] = [
    ["/short", "5", "5"],
    ["/medium", "5000", undefined],
    ["/long", "100000", undefined],
    ["/bytes", "5000", "5000"],
  ];
  for (const [path, plain, gzip] of cases) {
    await t.step(path, async () => {
      assert.equal(lengthOf(await head(path, "")), plain);
      const answer = await head(path, "Accept-Encoding: gzip\r\n");
      assert.equal(lengthOf(answer), gzip, answer);
      assert.equal(/^vary: .*accept-encoding/im.test(answer), plain !== gzip);
    });
  }
});

Deno.test("E5 paths that the server answers itself are 405 for other methods", async (t) => {
  for (const dots of ["escape", "split"]) {
    await using server = await RestProcess.start({
      dots,
      health: "/health",
      metrics: "/metrics",
      openapi: {},
    }, { config: { monitor: {} } });
    const paths = [
      "/openapi.json",
      "/docs",
      "/docs/",
      "/metrics",
      "/health",
      "/health/live",
      "/health/ready",
    ];
    for (const path of paths) {
      await t.step(`${path}, dots = ${dots}`, async () => {
        const get = await server.fetch(path);
        assert.equal(get.status, 200);
        await get.body?.cancel();
        const answer = await server.fetch(path, { method: "POST" });
        assert.equal(answer.status, 405);
        assert.equal(answer.headers.get("allow"), "GET, HEAD");
        await answer.body?.cancel();
      });
    }
    const missing = await server.fetch("/docs/nothing", { method: "POST" });
    assert.equal(missing.status, 404);
    await missing.body?.cancel();
  }
});

Deno.test("E7 TRACE reaches no handler: 405 with Allow for a known path, else 404", async () => {
  let handled = 0;
  await using server = await RestProcess.start({}, {
    routes: (context) => {
      handleRoute(context, "GET /a", () => "a");
      handleRoute(context, "PUT /a", () => "a");
      context.handle("rest.trace.#", () => {
        handled++;
        return { code: 200 };
      });
    },
  });
  assert.equal(await (await server.fetch("/a")).text(), "a");
  const trace = (path: string) =>
    server.exchange(`TRACE ${path} HTTP/1.1\r\nHost: a\r\n\r\n`);
  const known = await trace("/a");
  assert.match(known, /^HTTP\/1\.1 405 /);
  assert.match(known, /^allow: GET, HEAD, PUT\r$/im);
  assert.match(await trace("/nothing"), /^HTTP\/1\.1 404 /);
  assert.equal(handled, 0);
});

Deno.test("E8 the gateway answers a preflight of an allowed origin, and names the origin in answers", async (t) => {
  const cors = {
    origins: ["https://a.example"],
    headers: ["content-type", "x-own"],
    expose: ["x-more"],
    credentials: true,
    "max-age": 60,
  };
  let asked = 0;
  await using server = await RestProcess.start({ cors }, {
    routes: (context) => {
      context.handle("rest.*.a", () => {
        asked++;
        return { code: 200, body: "", headers: { vary: "Accept" } };
      });
    },
  });
  const send = async (method: string, headers: Record<string, string>) => {
    const response = await server.fetch("/a", { method, headers });
    await response.body?.cancel();
    return response;
  };
  const preflight = { "access-control-request-method": "PUT" };
  await t.step("a preflight", async () => {
    const { status, headers } = await send("OPTIONS", {
      origin: "https://a.example",
      ...preflight,
    });
    assert.equal(status, 204);
    assert.equal(headers.get("access-control-allow-origin"), cors.origins[0]);
    assert.equal(headers.get("access-control-allow-credentials"), "true");
    assert.equal(
      headers.get("access-control-allow-methods"),
      "GET, HEAD, POST, PUT, PATCH, DELETE",
    );
    assert.equal(
      headers.get("access-control-allow-headers"),
      "content-type, x-own",
    );
    assert.equal(headers.get("access-control-max-age"), "60");
    assert.equal(headers.get("vary"), "Origin");
  });
  await t.step(
    "a preflight of another origin has no CORS headers",
    async () => {
      const { status, headers } = await send("OPTIONS", {
        origin: "https://b.example",
        ...preflight,
      });
      assert.equal(status, 204);
      assert.equal(headers.get("access-control-allow-origin"), null);
      assert.equal(headers.get("access-control-allow-methods"), null);
      assert.equal(headers.get("vary"), "Origin");
    },
  );
  assert.equal(asked, 0);
  await t.step("an answer", async () => {
    const { headers } = await send("GET", { origin: "https://a.example" });
    assert.equal(headers.get("access-control-allow-origin"), cors.origins[0]);
    assert.equal(headers.get("access-control-expose-headers"), "x-more");
    assert.equal(headers.get("vary"), "Accept, Origin");
  });
  await t.step(
    "an answer to a request without an origin has a Vary header, too",
    async () => {
      const { headers } = await send("GET", {});
      assert.equal(headers.get("access-control-allow-origin"), null);
      assert.equal(headers.get("vary"), "Accept, Origin");
    },
  );
  await t.step("a plain OPTIONS goes to the bus", async () => {
    asked = 0;
    assert.equal((await send("OPTIONS", {})).status, 200);
    assert.equal(asked, 1);
  });
});

Deno.test("E8 if all origins are allowed, each can read answers and problems, without credentials", async () => {
  await using server = await RestProcess.start({ cors: { origins: ["*"] } });
  const headers = { origin: "https://a.example" };
  const response = await server.fetch("/nothing", { headers });
  await response.body?.cancel();
  assert.equal(response.status, 404);
  assert.equal(response.headers.get("access-control-allow-origin"), "*");
  assert.equal(response.headers.get("vary"), null);
});

Deno.test("E8 without CORS in the configuration a preflight is a request as any other", async () => {
  await using server = await RestProcess.start();
  const response = await server.fetch("/a", {
    method: "OPTIONS",
    headers: {
      origin: "https://a.example",
      "access-control-request-method": "PUT",
    },
  });
  await response.body?.cancel();
  assert.equal(response.status, 404);
});
