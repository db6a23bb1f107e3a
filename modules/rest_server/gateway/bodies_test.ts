import { encode } from "@caryatid/process/codec";
import { Buffer } from "node:buffer";
import assert from "node:assert/strict";
import { handleRoute } from "../mod.ts";
import { type RawClient, statusOf } from "../testing/raw_client.ts";
import { RestProcess } from "../testing/rest_process.ts";

/** Answers with the body that it was sent, and counts. */
async function echoing(
  section: Record<string, unknown> = {},
): Promise<{ server: RestProcess; received: unknown[] }> {
  const received: unknown[] = [];
  const server = await RestProcess.start(section, {
    routes: (context) =>
      context.handle("rest.post.echo", ({ message }) => {
        const { body } = message as { body: string | Uint8Array };
        received.push(body);
        return { code: 200, body, content_type: "application/octet-stream" };
      }),
  });
  return { server, received };
}

Deno.test("E6 a body over the limit is 413, by its Content-Length or by the bytes received", async (t) => {
  const { server, received } = await echoing({ "max-body-size": 10 });
  await using _ = server;
  const head = "POST /echo HTTP/1.1\r\nHost: a\r\n";
  await t.step(
    "by its Content-Length, before any of it arrives",
    async () => {
      const response = await server.exchange(
        `${head}Content-Length: 11\r\n\r\n`,
      );
      assert.equal(statusOf(response), 413);
    },
  );
  await t.step("by the bytes received, without a Content-Length", async () => {
    const response = await server.exchange(
      `${head}Transfer-Encoding: chunked\r\n\r\n6\r\nabcdef\r\n5\r\nghijk\r\n`,
    );
    assert.equal(statusOf(response), 413);
  });
  await t.step("but not one that just fits", async () => {
    const response = await server.exchange(
      `${head}Transfer-Encoding: chunked\r\n\r\n6\r\nabcdef\r\n4\r\nghij\r\n0\r\n\r\n`,
    );
    assert.equal(statusOf(response), 200);
  });
  assert.deepEqual(received, ["abcdefghij"]);
});

Deno.test("E6 a slow body is 408 and does not delay the stop", async (t) => {
  const { server, received } = await echoing({ "body-timeout": 0.1 });
  const slow: RawClient[] = [];
  for (
    const [name, framing] of [
      ["with a length", "Content-Length: 10\r\n\r\nabc"],
      ["in chunks", "Transfer-Encoding: chunked\r\n\r\n3\r\nabc\r\n"],
    ]
  ) {
    await t.step(name!, async () => {
      const client = await server.connect();
      await client.send(`POST /echo HTTP/1.1\r\nHost: a\r\n${framing}`);
      const response = await client.response();
      assert.equal(statusOf(response), 408, response);
      slow.push(client);
    });
  }
  const began = performance.now();
  await server.process.stop();
  // Otherwise the stop waits for drain-timeout, which is 5 s.
  assert(performance.now() - began < 4_500);
  for (const client of slow) await client.close();
  assert.deepEqual(received, []);
});

Deno.test("E6 a body that ends early is not published", async (t) => {
  const { server, received } = await echoing();
  await using _ = server;
  for (
    const [name, framing] of [
      ["of a length", "Content-Length: 10\r\n\r\nabc"],
      ["in chunks", "Transfer-Encoding: chunked\r\n\r\n3\r\nabc\r\n"],
      ["in a malformed chunk", "Transfer-Encoding: chunked\r\n\r\nzz\r\n"],
    ]
  ) {
    await t.step(name!, async () => {
      await using client = await server.connect();
      await client.send(`POST /echo HTTP/1.1\r\nHost: a\r\n${framing}`);
      await client.halfClose();
      await client.ended();
    });
  }
  await (await server.fetch("/echo", { method: "POST" })).body?.cancel();
  assert.deepEqual(received, [""]);
});

Deno.test("E6 a media type that is not allowed is 415", async (t) => {
  const { server } = await echoing({
    "media-types": ["application/json", "text/*"],
  });
  await using _ = server;
  const cases: [type: string, status: number][] = [
    ["application/json", 200],
    ["Application/JSON; charset=utf-8", 200],
    ["text/html", 200],
    ["application/xml", 415],
    ["application/octet-stream", 415],
  ];
  for (const [type, status] of cases) {
    await t.step(`${type}: ${status}`, async () => {
      const headers = { "content-type": type };
      const init = { method: "POST", body: "{}", headers };
      const response = await server.fetch("/echo", init);
      await response.body?.cancel();
      assert.equal(response.status, status);
    });
  }
  await t.step("no type: 415", async () => {
    const response = await server.exchange(
      "POST /echo HTTP/1.1\r\nHost: a\r\nContent-Length: 2\r\n\r\n{}",
    );
    assert.equal(statusOf(response), 415);
  });
});

Deno.test("E9 a body of any bytes arrives as it was sent, or is 415", async (t) => {
  const all = Uint8Array.from({ length: 256 }, (_, i) => i);
  const large = new Uint8Array(8 * 1024 * 1024);
  for (let at = 0; at < large.length; at += 65_536) {
    crypto.getRandomValues(large.subarray(at, at + 65_536));
  }
  const bom = Uint8Array.of(0xef, 0xbb, 0xbf, 0x41);
  const cases: [
    name: string,
    body: Uint8Array,
    type: string,
    status: number,
  ][] = [
    ["256 values", all, "application/octet-stream", 200],
    ["256 values of no type", all, "", 200],
    ["256 values as text", all, "text/plain", 415],
    ["256 values as JSON", all, "application/json", 415],
    ["8 MiB", large, "image/png", 200],
    ["a byte order mark", bom, "text/plain", 200],
    ["another charset", bom, "text/plain; charset=iso-8859-1", 415],
    ["UTF-8, said so", bom, 'text/plain; charset="UTF-8"', 200],
  ];
  const { server, received } = await echoing();
  await using _ = server;
  for (const [name, body, type, status] of cases) {
    await t.step(`${name}: ${status}`, async () => {
      received.length = 0;
      const response = await server.fetch("/echo", {
        method: "POST",
        body: body as Uint8Array<ArrayBuffer>,
        headers: type === "" ? {} : { "content-type": type },
      });
      const answer = await response.bytes();
      assert.equal(response.status, status);
      if (status !== 200) assert.deepEqual(received, []);
      else assert(Buffer.from(answer).equals(body));
    });
  }
});

Deno.test("E9 a chunked body arrives whole, wherever its chunks end", async () => {
  const { server, received } = await echoing({ "body-timeout": 5 });
  await using _ = server;
  const head = "POST /echo HTTP/1.1\r\nHost: a\r\n" +
    "Content-Type: text/plain\r\nTransfer-Encoding: chunked\r\n\r\n";
  // Buffers of 64 KiB have room for 1 to 4 more bytes.
  const bodies = [[65_535, 100], [65_534, 1, 1], [65_533, 7], [65_532, 4, 9]];
  for (const sizes of [...bodies, new Array(66_000).fill(1)]) {
    const chunks = sizes.map((size) =>
      `${size.toString(16)}\r\n${"a".repeat(size)}\r\n`
    );
    const response = await server.exchange(
      `${head}${chunks.join("")}0\r\n\r\n`,
    );
    assert.equal(statusOf(response), 200, `${sizes.slice(0, 3)}`);
    const size = sizes.reduce((sum, each) => sum + each, 0);
    assert.equal(received.pop(), "a".repeat(size));
  }
});

Deno.test("E9 a route accepts JSON, CBOR and forms, and answers in the type that the client accepts", async (t) => {
  await using server = await RestProcess.start({}, {
    routes: (context) =>
      handleRoute(context, "POST /double", ({ body }) => ({
        ...body as object,
        twice: true,
      })),
  });
  const post = (body: BodyInit, type: string, accept = "*/*") =>
    server.fetch("/double", {
      method: "POST",
      body,
      headers: { "content-type": type, accept },
    });
  await t.step("JSON", async () => {
    const response = await post('{"n":1}', "application/json");
    assert.deepEqual(await response.json(), { n: 1, twice: true });
  });
  await t.step("CBOR in, JSON out", async () => {
    const response = await post(encode({ n: 1 }), "application/cbor");
    assert.deepEqual(await response.json(), { n: 1, twice: true });
  });
  await t.step("CBOR out", async () => {
    const response = await post("{}", "application/json", "application/cbor");
    assert.equal(response.headers.get("content-type"), "application/cbor");
    assert.deepEqual(await response.bytes(), encode({ twice: true }));
  });
  await t.step("JSON if the client prefers it", async () => {
    const accept = "application/cbor;q=0.5, application/json";
    const response = await post("{}", "application/json", accept);
    assert.deepEqual(await response.json(), { twice: true });
  });
  await t.step("a form", async () => {
    const form = new URLSearchParams({ a: "1 2", b: "é" });
    const response = await server.fetch("/double", {
      method: "POST",
      body: form,
    });
    assert.deepEqual(await response.json(), { a: "1 2", b: "é", twice: true });
  });
  await t.step("a body that is not valid is 400", async () => {
    for (const type of ["application/json", "application/cbor"]) {
      const response = await post("{", type);
      assert.equal(response.status, 400);
      assert.match((await response.json()).detail, /not valid (JSON|CBOR)/);
    }
  });
});
