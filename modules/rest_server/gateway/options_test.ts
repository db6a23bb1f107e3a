import { Process } from "@caryatid/process";
import { Hono } from "hono";
import assert from "node:assert/strict";
import { CapturedLogs } from "../../../process/testing/captured_logs.ts";
import { createRestServer, handleRoute } from "../mod.ts";
import { RestProcess } from "../testing/rest_process.ts";

const GREETING = {
  routes: (context: Parameters<typeof handleRoute>[0]) => {
    handleRoute(context, "GET /hello", ({ headers }) => headers);
    handleRoute(context, "GET /long", () => "long ".repeat(1_000));
  },
};

async function statusOf(response: Promise<Response>): Promise<number> {
  const { status, body } = await response;
  await body?.cancel();
  return status;
}

Deno.test("auth requires one of the bearer tokens, and does not pass it to modules", async (t) => {
  const file = await Deno.makeTempFile();
  await Deno.writeTextFile(file, "first-token\n\n  second.token= \n");
  await using server = await RestProcess.start(
    { auth: { "tokens-file": file } },
    GREETING,
  );
  const get = (authorization?: string) =>
    server.fetch("/hello", {
      headers: authorization === undefined ? {} : { authorization },
    });
  await t.step("none: 401, with a challenge", async () => {
    const response = await get();
    assert.equal(response.status, 401);
    assert.match(response.headers.get("www-authenticate")!, /^Bearer/);
    assert.equal((await response.json()).title, "Unauthorized");
  });
  await t.step("a wrong one: 401", async () => {
    for (const token of ["first-toke", "first-token2", "second.token"]) {
      assert.equal(await statusOf(get(`Bearer ${token}`)), 401);
    }
  });
  await t.step("another scheme: 400", async () => {
    assert.equal(await statusOf(get("Basic eA==")), 400);
  });
  await t.step("a right one", async () => {
    for (const token of ["first-token", "second.token="]) {
      const response = await get(`Bearer ${token}`);
      assert.equal((await response.json()).authorization, undefined);
    }
  });
  await Deno.remove(file);
});

Deno.test("auth without valid tokens fails the start and shows no token", async (t) => {
  const file = await Deno.makeTempFile();
  const cases: [name: string, text: string, message: RegExp][] = [
    ["none", "\n \n", /from the file .*: it has no token/],
    ["a bad one", "good\nb@d s3cret\n", /number 2 does not fit into/],
  ];
  for (const [name, text, message] of cases) {
    await t.step(name, async () => {
      await Deno.writeTextFile(file, text);
      const start = RestProcess.start({ auth: { "tokens-file": file } });
      await assert.rejects(start, (error: Error) => {
        assert.match(error.message, message);
        assert(!error.message.includes("s3cret"));
        return true;
      });
    });
  }
  await Deno.remove(file);
  await t.step("no file", async () => {
    await assert.rejects(RestProcess.start({ auth: { "tokens-file": file } }), {
      code: "INIT_FAILED",
    });
  });
  await t.step("a variable that is not set", async () => {
    const auth = { "tokens-env": "CARYATID_TEST_NO_TOKENS" };
    await assert.rejects(RestProcess.start({ auth }), {
      message: /from the variable CARYATID_TEST_NO_TOKENS: it has no token/,
    });
  });
});

Deno.test("rate-limit answers 429 with Retry-After", async () => {
  await using server = await RestProcess.start(
    { "rate-limit": { requests: 2, per: 60 } },
    GREETING,
  );
  const found = [];
  for (let i = 0; i < 3; i++) found.push(await server.fetch("/hello"));
  for (const { body } of found) await body?.cancel();
  assert.deepEqual(found.map(({ status }) => status), [200, 200, 429]);
  assert.equal(found[2]!.headers.get("retry-after"), "30");
});

Deno.test("the address of a client comes from trusted proxies only", async (t) => {
  const limit = { "rate-limit": { requests: 1, per: 60 } };
  for (
    const [name, proxies, wanted] of [
      ["trusted", ["127.0.0.0/8"], [200, 200, 429]],
      ["not trusted", [], [200, 429, 429]],
    ] as const
  ) {
    await t.step(name, async () => {
      await using server = await RestProcess.start(
        { ...limit, "trusted-proxies": proxies },
        GREETING,
      );
      const found = [];
      for (const client of ["1.1.1.1", "2.2.2.2", "9.9.9.9, 2.2.2.2"]) {
        const headers = { "x-forwarded-for": client };
        const response = await server.fetch("/hello", { headers });
        const text = await response.text();
        found.push(response.status);
        if (response.status !== 200) continue;
        assert.equal(text.includes(client), name === "trusted");
      }
      assert.deepEqual(found, wanted);
    });
  }
});

Deno.test("an answer without a body that an app fetched elsewhere gets its headers, too", async () => {
  await using upstream = Deno.serve(
    { port: 0, hostname: "127.0.0.1", onListen() {} },
    ({ url }) => new Response(null, { status: Number(url.slice(-3)) }),
  );
  const there = `http://127.0.0.1:${upstream.addr.port}`;
  const app = new Hono().get("/own/:status", (c) => fetch(there + c.req.path));
  await using server = await RestProcess.start(
    { "request-id": "x-request-id", cors: { origins: ["https://a.example"] } },
    { app },
  );
  for (const status of [204, 304, 200]) {
    const response = await server.fetch(`/own/${status}`);
    await response.body?.cancel();
    assert.equal(response.status, status);
    assert(response.headers.has("x-request-id"));
    assert.equal(response.headers.get("vary"), "Origin");
  }
});

Deno.test("request-id gives each request an id, that of its client if it is valid", async (t) => {
  await using server = await RestProcess.start(
    { "request-id": "X-Request-ID" },
    GREETING,
  );
  const cases: [sent: string, isKept: boolean][] = [
    ["abc-123:4/5", true],
    ["a b", false],
    ["<script>", false],
    ["x".repeat(129), false],
  ];
  for (const [sent, isKept] of cases) {
    await t.step(sent.slice(0, 20), async () => {
      const headers = { "x-request-id": sent };
      const response = await server.fetch("/hello", { headers });
      const id = response.headers.get("x-request-id")!;
      assert.equal((await response.json())["x-request-id"], id);
      if (isKept) assert.equal(id, sent);
      else assert.match(id, /^[0-9a-f]{16}$/);
    });
  }
});

Deno.test("compression applies to long answers whose client accepts it", async (t) => {
  await using server = await RestProcess.start({ compression: true }, GREETING);
  const encoding = async (path: string, accepted: string) => {
    const headers = { "accept-encoding": accepted };
    const response = await server.fetch(path, { headers });
    await response.body?.cancel();
    return response.headers.get("content-encoding");
  };
  await t.step("asked for", async () => {
    // fetch would hide what it decodes
    await using client = await server.connect();
    await client.send(
      "GET /long HTTP/1.1\r\nHost: a\r\nAccept-Encoding: gzip\r\nConnection: close\r\n\r\n",
    );
    const response = await client.ended();
    assert.match(response, /^content-encoding: gzip$/im);
    assert.match(response, /^vary: Accept-Encoding$/im);
    assert(response.length < 1_000);
    const read = await server.fetch("/long");
    assert.equal(await read.text(), "long ".repeat(1_000));
  });
  await t.step("not asked for", async () => {
    assert.equal(await encoding("/long", "identity"), null);
  });
  await t.step("short", async () => {
    assert.equal(await encoding("/hello", "gzip"), null);
  });
});

Deno.test("createRestServer() runs an app before the bus, or after it", async (t) => {
  const app = () =>
    new Hono()
      .get("/hello", (c) => c.text("the app"))
      .get("/own", (c) => c.text("own"))
      .post("/own", async (c) => c.text(`own ${await c.req.text()}`));
  for (
    const [place, hello] of [["front", "the app"], [
      "behind",
      "the bus",
    ]] as const
  ) {
    await t.step(place, async () => {
      await using server = await RestProcess.start({}, {
        app: app(),
        place,
        routes: (context) =>
          handleRoute(context, "GET /hello", () => "the bus"),
      });
      assert.equal(await (await server.fetch("/hello")).text(), hello);
      assert.equal(await (await server.fetch("/own")).text(), "own");
      const post = { method: "POST", body: "body" };
      assert.equal(await (await server.fetch("/own", post)).text(), "own body");
      assert.equal(await statusOf(server.fetch("/nothing")), 404);
    });
  }
});

Deno.test("createRestServer() runs middleware that sees the requests to the bus", async () => {
  const app = new Hono().use(async (c, next) => {
    await next();
    c.header("x-seen", c.req.path);
  });
  await using server = await RestProcess.start({}, { app, ...GREETING });
  const response = await server.fetch("/hello");
  await response.body?.cancel();
  assert.equal(response.headers.get("x-seen"), "/hello");
});

Deno.test("an app that throws is 500 without details", async () => {
  using _logs = new CapturedLogs();
  const app = new Hono().get("/broken", () => {
    throw new Error("s3cret");
  });
  await using server = await RestProcess.start({}, { app });
  const response = await server.fetch("/broken");
  assert.equal(response.status, 500);
  assert(!(await response.text()).includes("s3cret"));
});

Deno.test("several servers live in one process, each with its own port and topic", async () => {
  const urls = new Map<string, string>();
  await using process = await Process.create({
    config: {
      module: {
        "rest-server": { port: 0 },
        "rest-server-2": { class: "rest-server", port: 0, topic: "rest2" },
      },
      log: { level: "error" },
    },
    modules: [
      createRestServer({ onListen: ({ id, url }) => void urls.set(id, url) }),
    ],
    env: {},
  });
  for (const topic of ["rest", "rest2"]) {
    handleRoute(process.context, "GET /hello", () => topic, { topic });
  }
  await process.start();
  const hello = async (id: string) =>
    await (await fetch(`${urls.get(id)}/hello`)).text();
  assert.equal(await hello("rest-server"), "rest");
  assert.equal(await hello("rest-server-2"), "rest2");
});
