import assert from "node:assert/strict";
import {
  RawClient,
  statusOf,
} from "../../modules/rest_server/testing/raw_client.ts";

/**
 * Makes all kinds of requests to the REST server of `programs/in_memory.ts`,
 * and expects the answers of Deno.
 */
export async function restAnswers(port: number): Promise<void> {
  const url = `http://127.0.0.1:${port}`;
  assert.deepEqual(await (await fetch(`${url}/hello/Ada`)).json(), {
    greeting: "Hello",
    name: "Ada",
  });
  const missing = await fetch(`${url}/nothing`);
  assert.equal(missing.status, 404);
  assert.equal(missing.headers.get("content-type"), "application/problem+json");
  await missing.body?.cancel();
  const head = await fetch(`${url}/hello/Ada`, { method: "HEAD" });
  assert.deepEqual([head.status, await head.text()], [200, ""]);
  const file = await fetch(`${url}/files/in_memory.toml`);
  assert.match(await file.text(), /^\[module\.greeter\]/);
  const large = "x".repeat(300_000);
  const echo = await fetch(`${url}/echo`, { method: "POST", body: large });
  assert.equal((await echo.json()).body.length, large.length);
  await using client = await RawClient.connect(port);
  const ask = async (text: string) => {
    await client.send(text.replaceAll("\n", "\r\n"));
    return statusOf(await client.response());
  };
  // All on one connection, so each answer must have a correct end.
  assert.equal(await ask("GET /hello/Ada HTTP/1.1\nHost: a\n\n"), 200);
  assert.equal(await ask("GET /a/../hello/Ada HTTP/1.1\nHost: a\n\n"), 400);
  assert.equal(await ask("GET /hello/Ada HTTP/1.1\nHost: a/b?\n\n"), 400);
  assert.equal(await ask("TRACE /hello HTTP/1.1\nHost: a\n\n"), 404);
  const tooLong = "Content-Length: 99999999\n";
  assert.equal(await ask(`POST /echo HTTP/1.1\nHost: a\n${tooLong}\n`), 413);
}

/**
 * Disconnects too early in every way, or does not speak HTTP. Later clients
 * must be answered.
 */
export async function meetBadClients(port: number): Promise<void> {
  const get = (path: string) => `GET ${path} HTTP/1.1\r\nHost: a\r\n\r\n`;
  const cut = "POST /echo HTTP/1.1\r\nHost: a\r\nContent-Length: 9999\r\n\r\na";
  const badChunk = "POST /echo HTTP/1.1\r\nHost: a\r\n" +
    "Transfer-Encoding: chunked\r\n\r\nzz\r\n";
  const texts = [
    cut,
    badChunk,
    get("/hello/Ada"),
    get("/files/package-lock.json"),
  ];
  for (
    const text of [
      ...texts,
      get("/live/events?topic=clock.tick"),
      "\0\x01\r\n\r\n",
    ]
  ) {
    for (const sees of [0, 1]) {
      await using client = await RawClient.connect(port);
      await client.send(text);
      // In the middle of the answer, if it begins before all is received.
      if (sees && text !== cut) await client.until((seen) => seen.length > 0);
    }
  }
  const after = await fetch(`http://127.0.0.1:${port}/hello/Ada`);
  assert.equal(after.status, 200);
  await after.body?.cancel();
}
