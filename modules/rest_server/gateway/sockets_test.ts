import assert from "node:assert/strict";
import { measureUntil } from "../../../sdk/testing/conformance/measure_until.ts";
import { handleRoute } from "../mod.ts";
import { type RawClient, statusOf } from "../testing/raw_client.ts";
import { RestProcess } from "../testing/rest_process.ts";

async function watched(
  section: Record<string, unknown> = {},
  config: Record<string, unknown> = {},
): Promise<{ server: RestProcess; received: string[] }> {
  const received: string[] = [];
  const server = await RestProcess.start(section, {
    config,
    routes: (context) => {
      handleRoute(context, "* /*", ({ params, body }) => {
        received.push(params["*"]);
        return body ?? params["*"];
      });
    },
  });
  return { server, received };
}

Deno.test("E10 500 half-sent requests delay neither other requests nor the stop", async () => {
  const { server } = await watched({ "drain-timeout": 60 }, {
    lifecycle: { "stop-deadline": 90 },
  });
  const half: RawClient[] = [];
  for (let i = 0; i < 500; i++) {
    const client = await server.connect();
    await client.send("GET /slow HTTP/1.1\r\nHost: ");
    half.push(client);
  }
  const took = await measureUntil((took) => took < 1_000, async () => {
    const began = performance.now();
    assert.equal(await (await server.fetch("/quick")).text(), "quick");
    return performance.now() - began;
  });
  assert(took < 1_000, `${took} ms`);
  const stopped = performance.now();
  await server.process.stop();
  // Otherwise the stop waits for drain-timeout.
  assert(performance.now() - stopped < 30_000);
  for (const client of half) await client.close();
});

Deno.test("E12 a message with an ambiguous end is refused, and the next one is not served", async (t) => {
  const { server, received } = await watched();
  await using _ = server;
  const post = "POST /first HTTP/1.1\r\nHost: a\r\n";
  const chunked = "Transfer-Encoding: chunked\r\n";
  const cases = {
    "a length and chunks":
      `${post}Content-Length: 5\r\n${chunked}\r\n0\r\n\r\n`,
    "chunks and a length":
      `${post}${chunked}Content-Length: 5\r\n\r\n0\r\n\r\n`,
    "two equal lengths":
      `${post}Content-Length: 3\r\nContent-Length: 3\r\n\r\nabc`,
    "two lengths": `${post}Content-Length: 3\r\nContent-Length: 4\r\n\r\nabc`,
    "a list of lengths": `${post}Content-Length: 3, 3\r\n\r\nabc`,
    "a negative length": `${post}Content-Length: -3\r\n\r\nabc`,
    "a length with a sign": `${post}Content-Length: +3\r\n\r\nabc`,
    "a length in hexadecimal": `${post}Content-Length: 0x3\r\n\r\nabc`,
    "a malformed chunk": `${post}${chunked}\r\nzz\r\nabc\r\n0\r\n\r\n`,
    "a chunk of negative size": `${post}${chunked}\r\n-1\r\n\r\n0\r\n\r\n`,
    "another encoding":
      `${post}Transfer-Encoding: gzip, chunked\r\n\r\n0\r\n\r\n`,
    "an unknown encoding":
      `${post}Transfer-Encoding: xchunked\r\n\r\n0\r\n\r\n`,
    "chunked twice": `${post}${chunked}${chunked}\r\n0\r\n\r\n`,
    "a folded header": "GET /first HTTP/1.1\r\nHost: a\r\nX: a\r\n b\r\n\r\n",
    "NUL in a header": "GET /first HTTP/1.1\r\nHost: a\r\nX: a\0b\r\n\r\n",
    "CR in a header": "GET /first HTTP/1.1\r\nHost: a\r\nX: a\rb\r\n\r\n",
    "a blank before the colon": "GET /first HTTP/1.1\r\nHost : a\r\n\r\n",
  };
  for (const [name, message] of Object.entries(cases)) {
    await t.step(name, async () => {
      await using client = await server.connect();
      await client.send(`${message}GET /second HTTP/1.1\r\nHost: a\r\n\r\n`);
      const answer = await client.ended();
      assert(answer === "" || statusOf(answer) === 400, answer);
      assert.equal(answer.split("HTTP/1.1 ").length, answer === "" ? 1 : 2);
      assert.deepEqual(received, []);
    });
  }
});

Deno.test("E14 three POSTs of 10 B, 2 KiB and 100 KiB are answered on one socket", async () => {
  const { server } = await watched();
  await using _ = server;
  await using client = await server.connect();
  for (const size of [10, 2_048, 102_400]) {
    const body = "x".repeat(size);
    await client.send(
      `POST /a HTTP/1.1\r\nHost: a\r\nContent-Type: text/plain\r\n` +
        `Content-Length: ${size}\r\n\r\n${body}`,
    );
    const response = await client.response();
    assert.equal(statusOf(response), 200);
    assert.equal(response.slice(response.indexOf("\r\n\r\n") + 4), body);
  }
});

Deno.test("E14 pipelined requests are answered in order", async () => {
  const release = Promise.withResolvers<void>();
  await using server = await RestProcess.start({}, {
    routes: (context) => {
      handleRoute(context, "GET /slow", async () => {
        await release.promise;
        return "slow";
      });
      handleRoute(context, "GET /quick", () => "quick");
    },
  });
  await using client = await server.connect();
  const get = (path: string) => `GET ${path} HTTP/1.1\r\nHost: a\r\n\r\n`;
  await client.send(get("/slow") + get("/quick") + get("/quick"));
  release.resolve();
  for (const body of ["slow", "quick", "quick"]) {
    assert((await client.response()).endsWith(body));
  }
});

Deno.test("E14 an early 413 can be read by a client that keeps sending", async () => {
  const { server, received } = await watched({ "max-body-size": 1_000 });
  await using _ = server;
  await using client = await server.connect();
  const size = 4 * 1024 * 1024;
  const sending = client.send(
    `POST /a HTTP/1.1\r\nHost: a\r\nContent-Length: ${size}\r\n\r\n` +
      "x".repeat(size),
  ).catch(() => {}); // the server may cut it
  const response = await client.response();
  assert.equal(statusOf(response), 413);
  await sending;
  assert.deepEqual(received, []);
});
