import { Hono, type MiddlewareHandler } from "hono";
import { bodyLimit } from "hono/body-limit";
import { getConnInfo } from "hono/deno";
import { ipRestriction } from "hono/ip-restriction";
import { validator } from "hono/validator";
import assert from "node:assert/strict";
import { handleRoute } from "../mod.ts";
import { RestProcess } from "../testing/rest_process.ts";

const OCTETS = "application/octet-stream";

/** A server that echoes bodies behind `middleware`. */
function start(
  middleware: MiddlewareHandler,
  section: Record<string, unknown> = {},
): Promise<RestProcess> {
  return RestProcess.start(section, {
    app: new Hono().use(middleware).post("/own", (c) => c.text("own")),
    routes: (context) =>
      handleRoute(context, "POST /echo", ({ message }) => message.body),
  });
}

function post(
  body: BodyInit,
  type: string = OCTETS,
): RequestInit {
  return { method: "POST", body, headers: { "content-type": type } };
}

/** Resolves with the status of the answer, once all of it is read. */
async function statusAfter(answer: Promise<Response>): Promise<number> {
  const { status, body } = await answer;
  await body?.cancel();
  return status;
}

Deno.test("a handler gets every byte of a body that a middleware has read", async (t) => {
  const all = Uint8Array.from({ length: 256 }, (_, byte) => byte);
  const readers: Record<string, MiddlewareHandler> = {
    "text()": async (c, next) => {
      await c.req.text();
      await next();
    },
    "arrayBuffer() twice": async (c, next) => {
      await c.req.arrayBuffer();
      await c.req.arrayBuffer();
      await next();
    },
    "blob()": async (c, next) => {
      assert.equal((await c.req.blob()).size, all.length);
      await next();
    },
    "bodyLimit()": bodyLimit({ maxSize: 1_000 }),
  };
  for (const [name, reader] of Object.entries(readers)) {
    await using server = await start(reader);
    await t.step(name, async () => {
      const answer = await server.fetch("/echo", post(all));
      assert.deepEqual(await answer.bytes(), all);
    });
    await t.step(`${name}, in chunks`, async () => {
      const init = { ...post(new Blob([all]).stream()), duplex: "half" };
      const answer = await server.fetch("/echo", init as RequestInit);
      assert.deepEqual(await answer.bytes(), all);
    });
  }
  const values: [string, MiddlewareHandler, body: string, type: string][] = [
    [
      "json()",
      async (c, next) => {
        assert.deepEqual(await c.req.json(), { a: 1 });
        await next();
      },
      '{ "a": 1 }',
      "application/json",
    ],
    [
      "parseBody()",
      async (c, next) => {
        assert.deepEqual({ ...await c.req.parseBody() }, { a: "1" });
        await next();
      },
      "a=1",
      "application/x-www-form-urlencoded",
    ],
    [
      "formData()",
      async (c, next) => {
        assert.equal((await c.req.formData()).get("a"), "1");
        await next();
      },
      "a=1",
      "application/x-www-form-urlencoded",
    ],
    [
      "validator()",
      validator("json", (value) => value),
      '{ "a": 1 }',
      "application/json",
    ],
  ];
  for (const [name, reader, body, type] of values) {
    await t.step(name, async () => {
      await using server = await start(reader);
      const answer = await server.fetch("/echo", post(body, type));
      assert.equal(await answer.text(), body);
    });
  }
});

Deno.test("limits of bodies hold for middleware and routes of the program", async () => {
  const read: MiddlewareHandler = async (c, next) => {
    await c.req.text();
    await next();
  };
  const section = { "max-body-size": 70_000, "max-buffered": 65_536 };
  await using server = await start(read, section);
  for (const path of ["/echo", "/own"]) {
    const statusOf = (size: number) =>
      statusAfter(server.fetch(path, post("x".repeat(size))));
    assert.equal(await statusOf(70_001), 413);
    // A leak would use up the budget.
    for (let i = 0; i < 20; i++) assert.equal(await statusOf(8_000), 200);
    assert.equal(await statusOf(69_000), 503);
  }
});

Deno.test("getConnInfo() of Hono returns the address of the client, through trusted proxies", async () => {
  const deny = ipRestriction(getConnInfo, { denyList: ["192.0.2.1"] });
  await using server = await start(deny, { "trusted-proxies": ["127.0.0.1"] });
  for (const [address, status] of [["192.0.2.2", 200], ["192.0.2.1", 403]]) {
    const headers = { "x-forwarded-for": `${address}` };
    const answer = server.fetch("/echo", { ...post("x"), headers });
    assert.equal(await statusAfter(answer), status);
  }
});

Deno.test("an answer that a middleware replaces leaves no file open and takes no place of a client", async () => {
  let left = 2;
  const app = new Hono().use(async (c, next) => {
    await next();
    c.header("x-seen", "1");
    if (left-- > 0) c.res = c.text("no", 401);
  });
  const folder = await Deno.makeTempDir();
  try {
    await Deno.writeTextFile(`${folder}/a.txt`, "a file");
    await using server = await RestProcess.start({
      static: { folder, path: "/files" },
      live: { subscribe: ["a"], "max-clients": 1 },
    }, { app });
    // The sanitizer of resources finds files that stay open.
    for (const path of ["/files/a.txt", "/live/events?topic=a"]) {
      left = 2;
      for (const status of [401, 401, 200]) {
        const answer = await server.fetch(path);
        assert.equal(answer.status, status);
        const reader = answer.body!.getReader();
        assert((await reader.read()).value!.length > 0);
        await reader.cancel();
      }
    }
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
});
