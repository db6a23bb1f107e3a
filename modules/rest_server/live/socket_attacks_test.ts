import { Hono } from "hono";
import assert from "node:assert/strict";
import { handleRoute, reply } from "../mod.ts";
import { RawClient, statusOf } from "../testing/raw_client.ts";
import { RestProcess } from "../testing/rest_process.ts";

const LINE = "GET /live/socket HTTP/1.1\r\nHost: 127.0.0.1\r\n";
const HOST = "Host: 127.0.0.1";
const UPGRADE = "Connection: Upgrade\r\nUpgrade: websocket\r\n";
const VERSION = "Sec-WebSocket-Version: 13\r\n";
const SAMPLE = "dGhlIHNhbXBsZSBub25jZQ==";
const KEY = `Sec-WebSocket-Key: ${SAMPLE}\r\n`;
const HEAD = UPGRADE + VERSION + KEY;
const GOOD = `${LINE}${HEAD}\r\n`;

/** Raw handshakes, as Latin-1, by the status of their answer. */
const HANDSHAKES: Record<number, Record<string, string>> = {
  101: {
    "a good one": GOOD,
    "an unknown extension": `${LINE}${HEAD}Sec-WebSocket-Extensions: x\r\n\r\n`,
  },
  400: {
    "HTTP/1.0": `${LINE.replace("1.1", "1.0")}${HEAD}\r\n`,
    "version 12": GOOD.replace("Version: 13", "Version: 12"),
    "version 013": GOOD.replace("Version: 13", "Version: 013"),
    "two versions": `${LINE}${HEAD}${VERSION}\r\n`,
    "no version": `${LINE}${UPGRADE}${KEY}\r\n`,
    "no key": `${LINE}${UPGRADE}${VERSION}\r\n`,
    "a short key": GOOD.replace(SAMPLE, "YQ=="),
    "a long key": GOOD.replace(SAMPLE, SAMPLE + SAMPLE),
    "two keys": `${LINE}${HEAD}${KEY}\r\n`,
    "a key that is not Base64": GOOD.replace(SAMPLE, "#".repeat(24)),
    "a body with a length": `${LINE}${HEAD}Content-Length: 5\r\n\r\nhello`,
    "a body in chunks":
      `${LINE}${HEAD}Transfer-Encoding: chunked\r\n\r\n5\r\nhello\r\n0\r\n\r\n`,
    "a length and chunks":
      `${LINE}${HEAD}Content-Length: 5\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n`,
    "two Hosts": `${LINE}Host: evil\r\n${HEAD}\r\n`,
    "no Host": GOOD.replace(`${HOST}\r\n`, ""),
    "a dot segment": GOOD.replace("/live/", "/live/../live/"),
    "an escaped slash": GOOD.replace("/live/", "/live%2f"),
    "a target of another host": GOOD.replace("/live/", "http://evil/live/"),
    "garbage": "\x16\x03\x01\x02\r\n\r\n",
    "a header without a colon": `${LINE}nonsense\r\n${HEAD}\r\n`,
    "a folded header": `${LINE}X: a\r\n b\r\n${HEAD}\r\n`,
    "NUL in a header": `${LINE}X: a\0b\r\n${HEAD}\r\n`,
    "two equal protocols": `${LINE}${HEAD}Sec-WebSocket-Protocol: a, a\r\n\r\n`,
    "an empty protocol": `${LINE}${HEAD}Sec-WebSocket-Protocol: ,\r\n\r\n`,
  },
  403: {
    "another origin": `${LINE}Origin: https://evil.example\r\n${HEAD}\r\n`,
  },
  404: { "two slashes": GOOD.replace("/live/", "//live/") },
  405: {
    "POST": GOOD.replace("GET", "POST"),
    "HEAD": GOOD.replace("GET", "HEAD"),
  },
  421: { "another Host": GOOD.replace(HOST, "Host: evil") },
  426: {
    "no Upgrade": GOOD.replace("Upgrade: websocket\r\n", ""),
    "no Connection": GOOD.replace("Connection: Upgrade\r\n", ""),
    "another protocol": GOOD.replace("websocket\r\n", "h2c\r\n"),
  },
  431: {
    "a header of 100 kB": `${LINE}X: ${"y".repeat(100_000)}\r\n${HEAD}\r\n`,
  },
};

function frame(first: number, payload: string, isMasked = true): Uint8Array {
  const bytes = Uint8Array.from(payload, (letter) => letter.charCodeAt(0));
  const mask = isMasked ? [0, 0, 0, 0] : [];
  const size = (isMasked ? 0x80 : 0) | bytes.length;
  return Uint8Array.from([first, size, ...mask, ...bytes]);
}

/** Frames that end their connection. */
const FRAMES: Record<string, readonly Uint8Array[]> = {
  "an unmasked frame": [frame(0x81, "{}", false)],
  "the first reserved bit": [frame(0xc1, "{}")],
  "the second reserved bit": [frame(0xa1, "{}")],
  "the third reserved bit": [frame(0x91, "{}")],
  "opcode 3": [frame(0x83, "{}")],
  "opcode 11": [frame(0x8b, "")],
  "a continuation of nothing": [frame(0x80, "{}")],
  "a text within a text": [frame(0x01, '{"a'), frame(0x81, "{}")],
  "a ping in fragments": [frame(0x09, "")],
  "a ping of 126 bytes": [
    Uint8Array.from([0x89, 0xfe, 0, 126, ...new Array(130).fill(0)]),
  ],
  "a close of one byte": [frame(0x88, "\x03")],
  "a close with code 1005": [frame(0x88, "\x03\xed")],
  "a close with code 999": [frame(0x88, "\x03\xe7")],
  "a close whose reason is not UTF-8": [frame(0x88, "\x03\xe8\xff")],
  "a text that is not UTF-8": [frame(0x81, "\xff\xfe")],
  "a frame of 2^63 bytes": [
    Uint8Array.from([0x81, 0xff, 0x80, 0, 0, 0, 0, 0, 0, 0]),
  ],
  "a frame of 2^53 bytes": [
    Uint8Array.from([0x81, 0xff, 0, 0x20, 0, 0, 0, 0, 0, 0]),
  ],
};

/** Texts that get an error, after which the client continues. */
const TEXTS: Record<string, string> = {
  "__proto__ as a key": '{"__proto__":{"subscribe":"a"}}',
  "deep nesting": "[".repeat(120),
  "an array": "[]",
  "null": "null",
};

function start(): Promise<RestProcess> {
  return RestProcess.start({
    hosts: ["127.0.0.1"],
    live: { subscribe: ["a"], "socket-port": 0 },
  });
}

async function open(rest: RestProcess): Promise<RawClient> {
  const client = await RawClient.connect(rest.socketPort!);
  await client.send(GOOD);
  await client.until((text) => text.includes("\r\n\r\n"));
  return client;
}

Deno.test("raw handshakes get the answer of a strict server, and the server keeps running", async (t) => {
  await using rest = await start();
  for (const [status, handshakes] of Object.entries(HANDSHAKES)) {
    for (const [name, raw] of Object.entries(handshakes)) {
      await t.step(`${name}: ${status}`, async () => {
        await using client = await RawClient.connect(rest.socketPort!);
        // The server may cut the connection before it has read everything.
        const sending = client.send(
          Uint8Array.from(raw, (letter) => letter.charCodeAt(0)),
        ).catch(() => {});
        const answer = status === "101"
          ? await client.until((text) => text.includes("\r\n\r\n"))
          : await client.ended();
        assert.equal(statusOf(answer), Number(status), answer);
        assert.equal(answer.match(/^HTTP/gm)!.length, 1, answer);
        await client.close();
        await sending;
      });
    }
  }
});

Deno.test("frames against the protocol end their connection, and no other one", async (t) => {
  await using rest = await start();
  await using other = await open(rest);
  for (const [name, frames] of Object.entries(FRAMES)) {
    await t.step(name, async () => {
      await using client = await open(rest);
      for (const bytes of frames) await client.send(bytes);
      await client.ended();
    });
  }
  for (const [name, text] of Object.entries(TEXTS)) {
    await t.step(`${name} gets an error`, async () => {
      await using client = await open(rest);
      await client.send(frame(0x81, text));
      await client.until((answer) => answer.includes("INVALID_FRAME"));
      await client.send(frame(0x81, '{"subscribe":"a"}'));
      await client.until((answer) => answer.includes('"subscribed":"a"'));
    });
  }
  await other.send(frame(0x81, '{"subscribe":"a"}'));
  await other.until((answer) => answer.includes('"subscribed":"a"'));
});

Deno.test("a handshake for the path of a handler is 404, whatever status the handler answers", async () => {
  await using rest = await RestProcess.start({
    live: { subscribe: ["a"], "socket-port": 0 },
  }, {
    routes: (context) =>
      handleRoute(
        context,
        "GET /any/:status",
        ({ params }) => reply("x", { status: Number(params.status) }),
      ),
  });
  for (let status = 200; status < 300; status++) {
    if (status === 204 || status === 205) continue; // without a body
    await using client = await RawClient.connect(rest.socketPort!);
    const line = GOOD.replace("/live/socket", `/any/${status}`);
    await client.send(line.replace(HOST, `${HOST}\r\nOrigin: https://evil`));
    assert.equal(statusOf(await client.ended()), 404);
  }
});

Deno.test("a handshake for the path of an endless stream is 404 and takes no place of a client", async () => {
  await using rest = await RestProcess.start({
    live: { subscribe: ["a"], "socket-port": 0, "max-clients": 1 },
  });
  await using client = await RawClient.connect(rest.socketPort!);
  await client.send(GOOD.replace("/live/socket", "/live/events?topic=a"));
  assert.equal(statusOf(await client.ended()), 404);
  await using next = await open(rest);
  assert.equal(statusOf(next.text), 101);
});

Deno.test("a handshake that a middleware refuses after its route takes no place of a client", async () => {
  let refusals = 2;
  const app = new Hono().use("/live/*", async (c, next) => {
    await next();
    if (refusals-- > 0) c.res = c.text("no", 401);
  });
  await using rest = await RestProcess.start({
    live: { subscribe: ["a"], "socket-port": 0, "max-clients": 1 },
  }, { app });
  for (const status of [401, 401, 101]) {
    await using client = await open(rest);
    assert.equal(statusOf(client.text), status);
  }
});
