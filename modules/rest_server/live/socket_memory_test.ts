import assert from "node:assert/strict";
import { RawClient } from "../testing/raw_client.ts";
import { RestProcess } from "../testing/rest_process.ts";
import { within } from "./testing/event_reader.ts";
import { SocketTester } from "./testing/socket_tester.ts";

const MIB = 1_048_576;
/** Bytes that both kernels may buffer on a loopback connection. */
const KERNEL = 12 * MIB;

const HANDSHAKE = "GET /live/socket HTTP/1.1\r\nHost: 127.0.0.1\r\n" +
  "Connection: upgrade\r\nUpgrade: websocket\r\n" +
  "Sec-WebSocket-Version: 13\r\n" +
  "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n\r\n";

async function connected(rest: RestProcess): Promise<RawClient> {
  const client = await RawClient.connect(rest.socketPort!);
  await client.send(HANDSHAKE);
  await client.until((text) => text.includes("\r\n\r\n"));
  return client;
}

/** Returns the head of a masked frame that announces `size` bytes. */
function head(first: number, size: number): Uint8Array {
  const bytes = new Uint8Array(14);
  bytes[0] = first;
  bytes[1] = 0x80 | 127;
  new DataView(bytes.buffer).setBigUint64(2, BigInt(size));
  return bytes;
}

async function sendAll(client: RawClient, bytes: Uint8Array): Promise<number> {
  let sent = 0;
  try {
    for (; sent < 256 * MIB; sent += bytes.length) await client.send(bytes);
  } catch {
    return sent; // it was cut
  }
  return sent;
}

Deno.test("a frame or message over max-message-size is cut as soon as it is announced", async (t) => {
  await using rest = await RestProcess.start({
    live: { subscribe: ["a"], "socket-port": 0 },
  });
  await t.step("a frame of 60 MiB", async () => {
    await using client = await connected(rest);
    await client.send(head(0x81, 60 * MIB));
    await client.ended();
    assert(await sendAll(client, new Uint8Array(65_536)) < KERNEL);
  });
  await t.step("a message in fragments without an end", async () => {
    await using client = await connected(rest);
    const fragment = new Uint8Array(14 + 32_768);
    fragment.set(head(0x01, 32_768));
    await client.send(fragment);
    fragment.set(head(0x00, 32_768));
    assert(await sendAll(client, fragment) < KERNEL);
  });
  await t.step("others are served", async () => {
    const url = `ws://127.0.0.1:${rest.socketPort}/live/socket`;
    await using client = await SocketTester.open(url, {});
    assert.equal((await client.ask({ subscribe: "a" })).subscribed, "a");
  });
});

Deno.test("incomplete frames count in max-buffered, and beyond it their client is disconnected", async () => {
  await using rest = await RestProcess.start({
    "max-buffered": 65_536,
    live: { subscribe: ["a"], "socket-port": 0 },
  });
  const half = new Uint8Array(14 + 40_000);
  half.set(head(0x81, 60_000));
  await using first = await connected(rest);
  await first.send(half);
  await using second = await connected(rest);
  await second.send(half);
  await within(Promise.race([first.ended(), second.ended()]));
});

Deno.test("the port of WebSockets serves nothing else, and keeps the guards of the server", async () => {
  await using rest = await RestProcess.start({
    hosts: ["127.0.0.1"],
    live: { subscribe: ["a"], "socket-port": 0 },
  }, {
    routes: (context) => context.handle("rest.get.a", () => ({ code: 200 })),
  });
  const cases: [head: string, status: RegExp][] = [
    ["GET /a HTTP/1.1\r\nHost: 127.0.0.1\r\n\r\n", /^HTTP\/1\.1 426/],
    [HANDSHAKE.replace("Host: 127.0.0.1", "Host: evil"), /^HTTP\/1\.1 421/],
    [HANDSHAKE.replace("/live/socket", "/a"), /^HTTP\/1\.1 (404|200)/],
    [HANDSHAKE.replace("/live/socket", "/live/../x"), /^HTTP\/1\.1 400/],
    [HANDSHAKE.replace("Version: 13", "Version: 8"), /^HTTP\/1\.1 400/],
    [HANDSHAKE.replace("dGhlIHNhbXBsZSBub25jZQ==", "short"), /^HTTP\/1\.1 400/],
  ];
  for (const [request, status] of cases) {
    await using client = await RawClient.connect(rest.socketPort!);
    await client.send(request);
    assert.match(await client.ended(), status, request);
  }
  await using client = await rest.connect();
  await client.send(HANDSHAKE);
  const answer = await client.response();
  assert.match(answer, /^HTTP\/1\.1 426/);
  assert(answer.includes(`WebSockets are at port ${rest.socketPort}`), answer);
});
