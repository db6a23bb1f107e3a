import assert from "node:assert/strict";
import { connect as connectHttp2 } from "node:http2";
import type { RestRequest } from "../mod.ts";
import { statusOf } from "../testing/raw_client.ts";
import { RestProcess } from "../testing/rest_process.ts";

/** A server that echoes bodies, and what its handler received. */
async function echoing(): Promise<
  { server: RestProcess; bodies: unknown[]; hosts: unknown[] }
> {
  const bodies: unknown[] = [];
  const hosts: unknown[] = [];
  const server = await RestProcess.start({}, {
    routes: (context) =>
      context.handle("rest.*.echo", ({ message }) => {
        const { body, headers } = message as RestRequest;
        bodies.push(body);
        hosts.push(headers["host"]);
        return { code: 200, body, content_type: "text/plain" };
      }),
  });
  return { server, bodies, hosts };
}

Deno.test("E12 a Connection header cannot remove framing headers", async (t) => {
  const { server, bodies } = await echoing();
  await using _ = server;
  const post = "POST /echo HTTP/1.1\r\nHost: a\r\nContent-Type: text/plain\r\n";
  await t.step("content-length: the body arrives", async () => {
    for (const name of ["content-length", "Content-Length, close"]) {
      const answer = await server.exchange(
        `${post}Connection: ${name}\r\nContent-Length: 5\r\n\r\nhello`,
      );
      assert.equal(statusOf(answer), 200, answer);
      assert.equal(bodies.pop(), "hello");
    }
  });
  await t.step("transfer-encoding: the body arrives", async () => {
    const answer = await server.exchange(
      `${post}Connection: transfer-encoding\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nhello\r\n0\r\n\r\n`,
    );
    assert.equal(statusOf(answer), 200, answer);
    assert.equal(bodies.pop(), "hello");
  });
  await t.step("content-type: the body is read by its type", async () => {
    const answer = await server.exchange(
      `${post}Connection: content-type\r\nContent-Length: 1\r\n\r\n\xff`,
    );
    assert.equal(statusOf(answer), 415, answer); // half a letter of UTF-8
  });
  await t.step(
    "two equal lengths are 400, and what follows is not served",
    async () => {
      await using client = await server.connect();
      await client.send(
        `${post}Connection: content-length\r\nContent-Length: 5\r\nContent-Length: 5\r\n\r\nhello` +
          "GET /echo HTTP/1.1\r\nHost: a\r\n\r\n",
      );
      const answer = await client.ended();
      assert.equal(statusOf(answer), 400, answer);
      assert.equal(answer.match(/^HTTP/gm)!.length, 1, answer);
      assert.deepEqual(bodies, []);
    },
  );
  await t.step("__proto__ is 400", async () => {
    await using client = await server.connect();
    await client.send(
      "GET /echo HTTP/1.1\r\nHost: a\r\nConnection: __proto__\r\n__proto__: a\r\n\r\n",
    );
    const answer = await client.ended();
    assert.equal(statusOf(answer), 400, answer);
    assert.match(answer, /"status":400/);
  });
});

Deno.test("E12 a GET or HEAD request with a body is 400, so that no body is dropped silently", async () => {
  const { server, bodies } = await echoing();
  await using _ = server;
  for (const method of ["GET", "HEAD"]) {
    for (
      const framing of [
        "Content-Length: 5\r\n\r\nhello",
        "Transfer-Encoding: chunked\r\n\r\n5\r\nhello\r\n0\r\n\r\n",
      ]
    ) {
      await using client = await server.connect();
      await client.send(`${method} /echo HTTP/1.1\r\nHost: a\r\n${framing}`);
      const answer = await client.until((text) => text.includes("\r\n\r\n"));
      assert.equal(statusOf(answer), 400);
    }
    const answer = await server.exchange(
      `${method} /echo HTTP/1.1\r\nHost: a\r\nContent-Length: 0\r\n\r\n`,
    );
    assert.equal(statusOf(answer), 200, answer);
  }
  assert.deepEqual(bodies, ["", ""]);
});

Deno.test("E9 HTTP/2 by prior knowledge delivers bodies, paths and headers as HTTP/1 does", async (t) => {
  const { server, bodies, hosts } = await echoing();
  await using _ = server;
  const client = connectHttp2(server.url);
  const send = (
    headers: Record<string, string>,
    body?: string | Uint8Array,
  ): Promise<{ status: number; text: string }> => {
    const answered = Promise.withResolvers<{ status: number; text: string }>();
    const endStream = body === undefined;
    const request = client.request(headers, { endStream });
    let status = 0;
    let text = "";
    request.setEncoding("utf8");
    request.on("response", (head) => status = head[":status"]!);
    request.on("data", (part) => text += part);
    request.on("end", () => answered.resolve({ status, text }));
    request.on("error", answered.reject);
    if (body !== undefined) request.write(body);
    request.end();
    return answered.promise;
  };
  const post = { ":method": "POST", ":path": "/echo" };
  await t.step("a body without a length", async () => {
    const headers = { ...post, "content-type": "text/plain" };
    assert.deepEqual(await send(headers, "hello"), {
      status: 200,
      text: "hello",
    });
  });
  await t.step("a body of 300 KiB", async () => {
    const body = "x".repeat(300 * 1024);
    const { text } = await send(
      { ...post, "content-type": "text/plain" },
      body,
    );
    assert.equal(text.length, body.length);
  });
  await t.step("none", async () => {
    assert.equal((await send(post)).status, 200);
    assert.equal(bodies.at(-1), "");
    assert.equal((await send({ ":path": "/echo" })).status, 200);
  });
  await t.step("a path that is not handled", async () => {
    assert.equal((await send({ ":path": "/other" })).status, 404);
  });
  await t.step("a GET with a body is 400, with details", async () => {
    const headers = { ":path": "/echo", "content-length": "5" };
    const { status, text } = await send(headers, "hello");
    assert.equal(status, 400);
    assert.equal(JSON.parse(text).detail, "a GET request cannot have a body");
  });
  await t.step("the host", async () => {
    await send({ ":path": "/echo" });
    assert.equal(hosts.at(-1), new URL(server.url).host);
  });
  const closed = Promise.withResolvers<void>();
  client.close(() => closed.resolve());
  await closed.promise;
});

Deno.test("E9 an upgrade to h2c is answered as Deno does: the request is served over HTTP/1 or refused", async () => {
  const { server } = await echoing();
  await using _ = server;
  await using client = await server.connect();
  await client.send(
    "GET /echo HTTP/1.1\r\nHost: a\r\nConnection: Upgrade, HTTP2-Settings\r\nUpgrade: h2c\r\nHTTP2-Settings: AAMAAABkAAQAAP__\r\n\r\n",
  );
  const answer = await client.response();
  assert([200, 400].includes(statusOf(answer)), answer);
});
