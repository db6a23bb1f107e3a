import assert from "node:assert/strict";
import { CapturedLogs } from "../../../process/testing/captured_logs.ts";
import { statusOf } from "../testing/raw_client.ts";
import { RestProcess } from "../testing/rest_process.ts";

/**
 * Name of the attack, its raw bytes as Latin-1, and the statuses of all
 * answers. The list is empty if the server closes the connection without an
 * answer.
 */
type Attack = readonly [name: string, raw: string, statuses: readonly number[]];

const HOST = "Host: a\r\n";
const GET = `GET /ok HTTP/1.1\r\n${HOST}`;
const POST = `POST /ok HTTP/1.1\r\n${HOST}`;
const NEXT = `GET /next HTTP/1.1\r\n${HOST}\r\n`;
const JSON_TYPE = "Content-Type: application/json\r\n";

const ATTACKS: readonly Attack[] = [
  // Request lines
  ["no version", "GET /ok\r\n\r\n", [400]],
  ["version 0.9", `GET /ok HTTP/0.9\r\n${HOST}\r\n`, [400]],
  ["version 2.0 in text", `GET /ok HTTP/2.0\r\n${HOST}\r\n`, [400]],
  ["version 1.2", `GET /ok HTTP/1.2\r\n${HOST}\r\n`, [400]],
  ["version in lower case", `GET /ok http/1.1\r\n${HOST}\r\n`, [400]],
  ["two blanks before the target", `GET  /ok HTTP/1.1\r\n${HOST}\r\n`, [400]],
  ["a tab before the target", `GET\t/ok HTTP/1.1\r\n${HOST}\r\n`, [400]],
  ["a blank in the target", `GET /ok x HTTP/1.1\r\n${HOST}\r\n`, [400]],
  ["an empty method", ` /ok HTTP/1.1\r\n${HOST}\r\n`, [400]],
  [
    "a method of 20,000 letters",
    `${"A".repeat(20_000)} /ok HTTP/1.1\r\n${HOST}\r\n`,
    [414],
  ],
  ["NUL in the method", `G\0T /ok HTTP/1.1\r\n${HOST}\r\n`, [400]],
  ["garbage", "\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03\r\n\r\n", [400]],
  ["a blank line first", `\r\n${GET}Connection: close\r\n\r\n`, [200]],
  ["a target without a slash", `GET ok HTTP/1.1\r\n${HOST}\r\n`, [400]],
  ["a target of another scheme", `GET ftp://a/ok HTTP/1.1\r\n${HOST}\r\n`, [
    400,
  ]],
  ["a target with a user", `GET http://u:p@a/ok HTTP/1.1\r\n${HOST}\r\n`, [
    400,
  ]],
  ["a fragment in the target", `GET /ok#x HTTP/1.1\r\n${HOST}\r\n`, [400]],
  ["a quote in the target", `GET /o"k HTTP/1.1\r\n${HOST}\r\n`, [400]],
  ["a bracket in the target", `GET /<script> HTTP/1.1\r\n${HOST}\r\n`, [400]],
  ["Latin-1 in the target", `GET /\xe9 HTTP/1.1\r\n${HOST}\r\n`, [400]],
  // Paths
  [
    "dots behind an escape",
    `GET /a/%2e%2e/%2e%2e/etc HTTP/1.1\r\n${HOST}\r\n`,
    [400],
  ],
  ["half an escaped dot", `GET /.%2e/x HTTP/1.1\r\n${HOST}\r\n`, [400]],
  ["overlong UTF-8 of a slash", `GET /%c0%af HTTP/1.1\r\n${HOST}\r\n`, [400]],
  [
    "overlong UTF-8 of a dot",
    `GET /%e0%80%ae%e0%80%ae HTTP/1.1\r\n${HOST}\r\n`,
    [400],
  ],
  ["UTF-8 beyond U+10FFFF", `GET /%f4%90%80%80 HTTP/1.1\r\n${HOST}\r\n`, [400]],
  ["half a letter of UTF-8", `GET /%e2%82 HTTP/1.1\r\n${HOST}\r\n`, [400]],
  ["an escaped line break", `GET /a%0d%0aX:%20y HTTP/1.1\r\n${HOST}\r\n`, [
    400,
  ]],
  ["an escaped NUL in the middle", `GET /ok%00.html HTTP/1.1\r\n${HOST}\r\n`, [
    400,
  ]],
  ["an escaped backslash", `GET /..%5c..%5cx HTTP/1.1\r\n${HOST}\r\n`, [400]],
  ["a percent sign at the end", `GET /ok% HTTP/1.1\r\n${HOST}\r\n`, [400]],
  ["an IIS escape", `GET /%u002e%u002e HTTP/1.1\r\n${HOST}\r\n`, [400]],
  [
    "a marker of requests",
    `GET /ok/_request/0123456789abcdef HTTP/1.1\r\n${HOST}\r\n`,
    [404],
  ],
  ["an escaped wildcard", `GET /%23 HTTP/1.1\r\n${HOST}\r\n`, [404]],
  ["a topic of 300 bytes", `GET /${"a".repeat(300)} HTTP/1.1\r\n${HOST}\r\n`, [
    414,
  ]],
  ["a bad escape in the query", `GET /ok?a=%f HTTP/1.1\r\n${HOST}\r\n`, [400]],
  ["overlong UTF-8 in the query", `GET /ok?a=%c0%80 HTTP/1.1\r\n${HOST}\r\n`, [
    400,
  ]],
  // Hosts
  ["a Host with a tab", `GET /ok HTTP/1.1\r\nHost: a\tb\r\n\r\n`, [400]],
  ["a Host with a comma", `GET /ok HTTP/1.1\r\nHost: a,b\r\n\r\n`, [400]],
  ["a Host with an escape", `GET /ok HTTP/1.1\r\nHost: a%2fb\r\n\r\n`, [400]],
  ["a Host with a negative port", `GET /ok HTTP/1.1\r\nHost: a:-1\r\n\r\n`, [
    400,
  ]],
  ["a Host with two ports", `GET /ok HTTP/1.1\r\nHost: a:1:2\r\n\r\n`, [400]],
  [
    "a Host with a letter of Latin-1",
    `GET /ok HTTP/1.1\r\nHost: \xe9\r\n\r\n`,
    [400],
  ],
  ["a Host with half a bracket", `GET /ok HTTP/1.1\r\nHost: [::1\r\n\r\n`, [
    400,
  ]],
  ["a Host with a scheme", `GET /ok HTTP/1.1\r\nHost: http://a\r\n\r\n`, [400]],
  // Headers
  ["a header without a colon", `${GET}nonsense\r\n\r\n`, [400]],
  ["a header without a name", `${GET}: x\r\n\r\n`, [400]],
  ["a blank in a name", `${GET}X Y: z\r\n\r\n`, [400]],
  ["a parenthesis in a name", `${GET}X(Y): z\r\n\r\n`, [400]],
  ["DEL in a value", `${GET}X: a\x7fb\r\n\r\n`, [400]],
  ["a bell in a value", `${GET}X: a\x07b\r\n\r\n`, [400]],
  ["300 headers", GET + "X: y\r\n".repeat(300) + "\r\n", [400]],
  ["a header of 1 MiB", `${GET}X: ${"y".repeat(1_048_576)}\r\n\r\n`, [400]],
  ["bare line feeds", `GET /ok HTTP/1.1\nHost: a\nConnection: close\n\n`, [
    200,
  ]],
  ["a bare carriage return", `${GET}X: a\rY: b\r\n\r\n`, [400]],
  // Framing
  ["a length with a blank in it", `${POST}Content-Length: 1 0\r\n\r\n${NEXT}`, [
    400,
  ]],
  ["a length with a point", `${POST}Content-Length: 3.0\r\n\r\nabc${NEXT}`, [
    400,
  ]],
  [
    "a length of 30 digits",
    `${POST}Content-Length: ${"9".repeat(30)}\r\n\r\n${NEXT}`,
    [400],
  ],
  ["an empty length", `${POST}Content-Length: \r\n\r\n${NEXT}`, [400]],
  ["an exponent", `${POST}Content-Length: 1e1\r\n\r\n${NEXT}`, [400]],
  [
    "lengths by the Connection header",
    `${POST}Connection: content-length\r\nContent-Length: 3\r\nContent-Length: 3\r\n\r\nabc${NEXT}`,
    [400],
  ],
  [
    "chunked hidden by a tab",
    `${POST}Transfer-Encoding:\tchunked\r\nContent-Length: 3\r\n\r\nabc${NEXT}`,
    [400],
  ],
  [
    "chunked in upper case and a length",
    `${POST}Transfer-Encoding: CHUNKED\r\nContent-Length: 3\r\n\r\nabc${NEXT}`,
    [400],
  ],
  [
    "chunked, identity",
    `${POST}Transfer-Encoding: chunked, identity\r\n\r\n0\r\n\r\n${NEXT}`,
    [400],
  ],
  [
    "chunked with a quote",
    `${POST}Transfer-Encoding: "chunked"\r\n\r\n0\r\n\r\n${NEXT}`,
    [400],
  ],
  [
    "a chunk size with a sign",
    `${POST}Transfer-Encoding: chunked\r\n\r\n+3\r\nabc\r\n0\r\n\r\n${NEXT}`,
    [],
  ],
  [
    "a chunk size in C notation",
    `${POST}Transfer-Encoding: chunked\r\n\r\n0x3\r\nabc\r\n0\r\n\r\n${NEXT}`,
    [],
  ],
  [
    "a chunk that is longer than it says",
    `${POST}Transfer-Encoding: chunked\r\n\r\n3\r\nabcdef\r\n0\r\n\r\n${NEXT}`,
    [],
  ],
  [
    "a chunk size of 17 digits",
    `${POST}Transfer-Encoding: chunked\r\n\r\n${
      "f".repeat(17)
    }\r\nabc\r\n${NEXT}`,
    [],
  ],
  ["a GET with a body", `${GET}Content-Length: ${NEXT.length}\r\n\r\n${NEXT}`, [
    400,
  ]],
  [
    "a body that is not valid CBOR",
    `${POST}Content-Type: application/cbor\r\nContent-Length: 1\r\nConnection: close\r\n\r\n\xff`,
    [200],
  ],
  [
    "text that is not UTF-8",
    `${POST}${JSON_TYPE}Content-Length: 1\r\nConnection: close\r\n\r\n\xff`,
    [415],
  ],
  [
    "another charset",
    `${POST}Content-Type: text/plain; charset=utf-16\r\nContent-Length: 2\r\nConnection: close\r\n\r\nab`,
    [415],
  ],
  // Pipelining
  ["two requests and garbage", `${GET}\r\n${NEXT}\0\0\0\r\n\r\n`, [
    200,
    200,
    400,
  ]],
  [
    "a good and a bad request",
    `${GET}\r\nGET /%zz HTTP/1.1\r\n${HOST}Connection: close\r\n\r\n${NEXT}`,
    [200, 400],
  ],
];

function statusesOf(text: string): number[] {
  return [...text.matchAll(/HTTP\/1\.[01] (\d{3})/g)]
    .map(([, status]) => Number(status));
}

Deno.test("raw attacks get the answer of a strict server, and reach no handler in disguise", async (t) => {
  using _logs = new CapturedLogs();
  const received: string[] = [];
  await using server = await RestProcess.start({}, {
    routes: (context) =>
      context.handle("rest.#", ({ topic }) => {
        received.push(topic);
        return { code: 200, body: "ok" };
      }),
  });
  assert(ATTACKS.length >= 60);
  for (const [name, raw, statuses] of ATTACKS) {
    await t.step(`${name}: ${statuses.join(", ") || "closed"}`, async () => {
      received.length = 0;
      await using client = await server.connect();
      const bytes = Uint8Array.from(raw, (letter) => letter.charCodeAt(0));
      const sending = client.send(bytes).catch(() => {}); // it may be cut
      await client.until((text) => statusesOf(text).length >= statuses.length);
      const answer = await client.rest(150); // no further answer comes
      await client.close();
      await sending;
      const found = statusesOf(answer);
      assert.deepEqual(found, statuses, answer.slice(0, 500));
      const served = statuses.filter((status) => status === 200).length;
      assert.equal(received.length, served, received.join());
      assert(
        received.every((topic) => /\.(ok|next)$/.test(topic)),
        received.join(),
      );
    });
  }
  const last = await server.exchange(`${GET}\r\n`);
  assert.equal(statusOf(last), 200);
});
