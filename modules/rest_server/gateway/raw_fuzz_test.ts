import fc from "fast-check";
import assert from "node:assert/strict";
import { CapturedLogs } from "../../../process/testing/captured_logs.ts";
import { RawClient } from "../testing/raw_client.ts";
import { RestProcess } from "../testing/rest_process.ts";

/** Number of connections. `test:soak` opens more of them. */
const RUNS = Deno.env.has("CARYATID_SOAK") ? 20_000 : 400;
/** Connections at the same time. */
const AT_ONCE = 16;
/** Time that a client reads, in milliseconds. */
const PATIENCE = 40;

const HOST = "Host: a\r\n";
const HANDSHAKE = "Connection: Upgrade\r\nUpgrade: websocket\r\n" +
  "Sec-WebSocket-Version: 13\r\n" +
  "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n";
const CHUNKS = "Transfer-Encoding: chunked\r\n\r\n5\r\nhello\r\n0\r\n\r\n";

/** Requests before they are changed. */
const REQUESTS = [
  `GET /ok HTTP/1.1\r\n${HOST}\r\n`,
  `POST /ok HTTP/1.1\r\n${HOST}Content-Length: 5\r\n\r\nhello`,
  `POST /ok HTTP/1.1\r\n${HOST}${CHUNKS}`,
  `PUT /ok HTTP/1.1\r\n${HOST}Expect: 100-continue\r\nContent-Length: 9999999\r\n\r\nx`,
  `OPTIONS /ok HTTP/1.1\r\n${HOST}Origin: http://b\r\n\r\n`,
  `HEAD /long HTTP/1.1\r\n${HOST}Accept-Encoding: gzip\r\n\r\n`,
  `GET /long HTTP/1.1\r\n${HOST}Accept-Encoding: gzip\r\n\r\n`,
  `GET /live/events?topic=a HTTP/1.1\r\n${HOST}\r\n`,
  `GET /live/socket HTTP/1.1\r\n${HOST}${HANDSHAKE}\r\n`,
  `GET /live/socket HTTP/1.1\r\n${HOST}${HANDSHAKE}${CHUNKS}`,
  "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n",
];

/** Texts that are put into them. */
const PARTS = [
  "\r\n",
  "\0",
  "Content-Length: 3\r\n",
  "Transfer-Encoding: chunked\r\n",
  "Connection: close\r\n",
  "Connection: content-length\r\n",
  "Upgrade: h2c\r\n",
  "HTTP/1.0",
  "%00",
  "%2f",
  "\xff",
];

interface Change {
  readonly at: number;
  readonly removed: number;
  readonly added: string;
}

const attacks = fc.record({
  request: fc.constantFrom(...REQUESTS),
  changes: fc.array(
    fc.record({
      at: fc.nat(300),
      removed: fc.nat(4),
      added: fc.oneof(
        fc.constantFrom("", ...PARTS),
        fc.nat(255).map((code) => String.fromCharCode(code)),
      ),
    }),
    { maxLength: 4 },
  ),
  /** Part of it that is sent before the client leaves or waits. */
  part: fc.constantFrom(1, 1, 0.5),
  isSocketPort: fc.boolean(),
});

function changed(request: string, changes: readonly Change[]): Uint8Array {
  let text = request;
  for (const { at, removed, added } of changes) {
    const from = at % (text.length + 1);
    text = text.slice(0, from) + added + text.slice(from + removed);
  }
  return Uint8Array.from(text, (letter) => letter.charCodeAt(0));
}

Deno.test("the server keeps running whatever bytes clients send, on both ports", async () => {
  using _logs = new CapturedLogs();
  await using server = await RestProcess.start({
    compression: true,
    cors: { origins: ["*"] },
    live: { subscribe: ["a"], "socket-port": 0 },
  }, {
    routes: (context) => {
      context.handle("rest.*.ok", () => ({ code: 200, body: "ok" }));
      const body = "x".repeat(100_000);
      context.handle("rest.get.long", () => ({ code: 200, body }));
    },
  });
  const all = fc.sample(attacks, RUNS);
  const connect = async () => {
    for (let attack = all.pop(); attack; attack = all.pop()) {
      const { request, changes, part, isSocketPort } = attack;
      const bytes = changed(request, changes);
      const port = isSocketPort ? server.socketPort! : server.port;
      await using client = await RawClient.connect(port);
      const sent = bytes.subarray(0, Math.ceil(bytes.length * part));
      const sending = client.send(sent).catch(() => {}); // it may be cut
      await client.rest(PATIENCE);
      await client.close();
      await sending;
    }
  };
  // An unhandled rejection fails this test, and would end a process.
  await Promise.all(Array.from({ length: AT_ONCE }, connect));
  assert.equal(await (await server.fetch("/ok")).text(), "ok");
  await using socket = await RawClient.connect(server.socketPort!);
  await socket.send(`GET /live/socket HTTP/1.1\r\n${HOST}${HANDSHAKE}\r\n`);
  await socket.until((text) => text.includes("HTTP/1.1 101"));
});
