import assert from "node:assert/strict";
import {
  RawClient,
  statusOf,
} from "../../modules/rest_server/testing/raw_client.ts";

/** Asks the REST server of `programs/in_memory.ts` all that a client may: its answers are to be those that it gives on Deno. */
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
  // All on one connection: each answer ends where it says.
  assert.equal(await ask("GET /hello/Ada HTTP/1.1\nHost: a\n\n"), 200);
  assert.equal(await ask("GET /a/../hello/Ada HTTP/1.1\nHost: a\n\n"), 400);
  assert.equal(await ask("GET /hello/Ada HTTP/1.1\nHost: a/b?\n\n"), 400);
  assert.equal(await ask("TRACE /hello HTTP/1.1\nHost: a\n\n"), 501);
  const tooLong = "Content-Length: 99999999\n";
  assert.equal(await ask(`POST /echo HTTP/1.1\nHost: a\n${tooLong}\n`), 413);
}
