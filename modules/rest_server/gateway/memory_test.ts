import assert from "node:assert/strict";
import { Hono } from "hono";
import { handleRoute } from "../mod.ts";
import { type RawClient, statusOf } from "../testing/raw_client.ts";
import { RestProcess } from "../testing/rest_process.ts";
import { MemoryBudget } from "./memory_budget.ts";

const MIB = 1_048_576;
/**
 * Bytes that both kernels may buffer on a loopback connection, in addition to
 * the 256 KiB that the server reads.
 */
const KERNEL = 12 * MIB;

/**
 * Sends `chunk` again and again, as long as the other side takes it, at most
 * `most` bytes. Returns the number of bytes that were sent.
 */
async function sendAll(
  client: RawClient,
  most: number,
  chunk = new Uint8Array(65_536).fill(120),
): Promise<number> {
  let sent = 0;
  try {
    for (; sent < most; sent += chunk.length) await client.send(chunk);
  } catch {
    return sent; // it was cut
  }
  return sent;
}

function post(path: string, length: number): string {
  return `POST ${path} HTTP/1.1\r\nHost: a\r\nContent-Length: ${length}\r\n\r\n`;
}

Deno.test("a client that keeps sending after a refusal is disconnected after 256 KiB, and can read the answer", async (t) => {
  const app = new Hono().use(async (c, next) => {
    if (c.req.header("x-refuse")) return c.text("no", 401);
    await next();
  });
  await using server = await RestProcess.start(
    { "max-body-size": 1_000_000_000 },
    { app },
  );
  await using small = await RestProcess.start({ "max-body-size": 1_000 });
  const chunked = "Transfer-Encoding: chunked\r\n\r\n";
  const cases: [name: string, RestProcess, head: string, status: number][] = [
    ["413 by its length", small, post("/a", 900 * MIB), 413],
    [
      "413 by its count",
      small,
      `POST /a HTTP/1.1\r\nHost: a\r\n${chunked}3b9aca00\r\n`,
      413,
    ],
    [
      "401 of middleware",
      server,
      post("/a", 900 * MIB).replace(
        "Host",
        "X-Refuse: 1\r\nHost",
      ),
      401,
    ],
    ["400 of the path", server, post("/%zz", 900 * MIB), 400],
    [
      "501 of the method",
      server,
      post("/a", 900 * MIB).replace("POST", "get"),
      501,
    ],
    ["400 of a GET", server, post("/a", 900 * MIB).replace("POST", "GET"), 400],
  ];
  for (const [name, process, head, status] of cases) {
    await t.step(name, async () => {
      await using client = await process.connect();
      await client.send(head);
      const answered = client.until((text) => text.includes("\r\n\r\n"));
      const sent = await sendAll(client, 256 * MIB);
      assert.equal(statusOf(await answered), status);
      assert(sent < KERNEL, `took ${sent} bytes`);
    });
  }
});

Deno.test("a client that still sends a refused body after 1 s is disconnected", async () => {
  await using server = await RestProcess.start({ "max-body-size": 1_000 });
  await using client = await server.connect();
  await client.send(post("/a", 100_000));
  assert.equal(statusOf(await client.response()), 413);
  const began = performance.now();
  const trickle = setInterval(() => client.send("x").catch(() => {}), 50);
  await client.ended();
  clearInterval(trickle);
  const took = performance.now() - began;
  assert(took > 500 && took < 5_000, `${took} ms`);
});

Deno.test("a client that keeps sending chunks after a refusal is disconnected", async (t) => {
  const limits = { "max-body-size": 200_000, "body-timeout": 0.2 };
  await using server = await RestProcess.start(limits);
  const open = async () => {
    const client = await server.connect();
    await client.send(
      "POST /a HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n",
    );
    return client;
  };
  const chunk = new TextEncoder().encode(`1f4\r\n${"a".repeat(500)}\r\n`);
  await t.step("413 by small chunks", async () => {
    await using client = await open();
    const answered = client.until((text) => text.includes("\r\n\r\n"));
    const sent = await sendAll(client, 64 * MIB, chunk);
    assert.equal(statusOf(await answered), 413);
    assert(sent < KERNEL, `took ${sent} bytes`);
  });
  await t.step("408", async () => {
    await using client = await open();
    await client.send("3\r\nabc\r\n");
    const answer = await client.until((text) => text.includes("\r\n\r\n"));
    assert.equal(statusOf(answer), 408);
    const sent = await sendAll(client, 64 * MIB, chunk);
    assert(sent < KERNEL, `took ${sent} bytes`);
  });
});

Deno.test("half-sent bodies do not count in max-concurrent", async () => {
  await using server = await RestProcess.start({ "max-concurrent": 3 }, {
    routes: (context) => {
      handleRoute(context, "GET /hello", () => "hello");
      handleRoute(context, "POST /hello", () => "hello");
    },
  });
  const half: RawClient[] = [];
  for (let i = 0; i < 50; i++) {
    const client = await server.connect();
    await client.send(`${post("/hello", 10)}12345`);
    half.push(client);
  }
  for (let i = 0; i < 5; i++) {
    const response = await server.fetch("/hello");
    assert.equal(await response.text(), "hello");
  }
  await half[0]!.send("67890");
  assert.equal(statusOf(await half[0]!.response()), 200);
  for (const client of half) await client.close();
});

Deno.test("max-uploads bounds the bodies that are read at the same time", async () => {
  await using server = await RestProcess.start({ "max-uploads": 2 }, {
    routes: (context) => handleRoute(context, "POST /a", () => "done"),
  });
  const half = [await server.connect(), await server.connect()];
  const head = post("/a", 10)
    .replace("\r\n\r\n", "\r\nExpect: 100-continue\r\n\r\n");
  for (const client of half) {
    await client.send(head);
    // The server sends it when it reads the body.
    assert.equal(statusOf(await client.response()), 100);
    await client.send("12345");
  }
  const refused = await server.exchange(`${post("/a", 2)}12`);
  assert.equal(statusOf(refused), 503);
  assert.match(refused, /^retry-after: 1$/im);
  for (const client of half) await client.send("67890");
  for (const client of half) {
    assert.equal(statusOf(await client.response()), 200);
  }
  assert.equal(statusOf(await server.exchange(`${post("/a", 2)}12`)), 200);
  for (const client of half) await client.close();
});

Deno.test("a body that comes slower than min-body-rate is 408", async () => {
  await using server = await RestProcess.start({ "min-body-rate": 1_000 }, {
    routes: (context) => handleRoute(context, "POST /a", () => "done"),
  });
  await using client = await server.connect();
  await client.send(`${post("/a", 10_000)}12345`);
  const answer = await client.response();
  assert.equal(statusOf(answer), 408);
  assert.match(answer, /slower than 1000 bytes a second/);
});

Deno.test("max-buffered bounds the bodies that are held, and answers 503 beyond", async () => {
  const release = Promise.withResolvers<void>();
  const begun = Promise.withResolvers<void>();
  await using server = await RestProcess.start({ "max-buffered": MIB }, {
    routes: (context) => {
      handleRoute(context, "POST /slow", async () => {
        begun.resolve();
        await release.promise;
        return "done";
      });
      handleRoute(context, "POST /quick", () => "done");
      handleRoute(context, "GET /none", () => "done");
    },
  });
  const body = new Uint8Array(700_000);
  const held = server.fetch("/slow", { method: "POST", body });
  await begun.promise;
  const refused = await server.fetch("/quick", { method: "POST", body });
  assert.equal(refused.status, 503);
  assert.equal(refused.headers.get("retry-after"), "1");
  await refused.body?.cancel();
  assert.equal(await (await server.fetch("/none")).text(), "done");
  release.resolve();
  assert.equal(await (await held).text(), "done");
  const again = await server.fetch("/quick", { method: "POST", body });
  assert.equal(await again.text(), "done");
});

Deno.test("max-buffered bounds long answers that clients do not read", async () => {
  await using server = await RestProcess.start({ "max-buffered": 12 * MIB }, {
    routes: (context) => {
      handleRoute(context, "GET /long", () => new Uint8Array(8 * MIB));
      handleRoute(context, "GET /text", () => "x".repeat(8 * MIB));
    },
  });
  for (const path of ["/long", "/text"]) {
    const get = `GET ${path} HTTP/1.1\r\nHost: a\r\n\r\n`;
    const lazy = await server.connect();
    await lazy.send(get);
    await lazy.until((text) => text.includes("\r\n\r\n"));
    const refused = await server.exchange(get);
    assert.equal(statusOf(refused), 503, path);
    await lazy.close();
    // Its room is given back once the server notices.
    for (;;) {
      const response = await server.fetch(path);
      const bytes = await response.bytes();
      if (response.status === 200) {
        assert.equal(bytes.length, 8 * MIB);
        break;
      }
    }
  }
});

Deno.test("a HEAD request for a long answer holds no room", async () => {
  await using server = await RestProcess.start({ "max-buffered": 12 * MIB }, {
    routes: (context) =>
      handleRoute(context, "GET /long", () => new Uint8Array(8 * MIB)),
  });
  for (let i = 0; i < 5; i++) {
    await using client = await server.connect();
    await client.send("HEAD /long HTTP/1.1\r\nHost: a\r\n\r\n");
    const answer = await client.until((text) => text.includes("\r\n\r\n"));
    assert.equal(statusOf(answer), 200);
    assert.match(answer, /^content-length: 8388608$/im);
  }
});

Deno.test("MemoryBudget reserves no more than its size", () => {
  const budget = new MemoryBudget(10);
  assert(budget.take(6));
  assert(!budget.take(5));
  assert(budget.take(4));
  budget.give(6);
  assert.equal(budget.used, 4);
});
