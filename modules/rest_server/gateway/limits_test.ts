import assert from "node:assert/strict";
import process from "node:process";
import { handleRoute } from "../mod.ts";
import { statusOf } from "../testing/raw_client.ts";
import { RestProcess } from "../testing/rest_process.ts";

Deno.test("the rate limit counts preflights and refused requests", async (t) => {
  const section = {
    "rate-limit": { requests: 2, per: 600 },
    cors: { origins: ["https://a.example"] },
  };
  const head = "HTTP/1.1\r\nHost: a\r\n";
  const requests = {
    preflights: `OPTIONS /a ${head}Origin: https://a.example\r\n` +
      "Access-Control-Request-Method: PUT\r\n\r\n",
    "bad targets": `GET /%zz ${head}\r\n`,
    "bad framing":
      `POST /a ${head}Content-Length: 1\r\nContent-Length: 1\r\n\r\nx`,
    "unknown methods": `FOO.BAR /a ${head}\r\n`,
    "bad hosts": "GET /a HTTP/1.1\r\nHost: a b\r\n\r\n",
  };
  for (const [name, request] of Object.entries(requests)) {
    await t.step(name, async () => {
      await using server = await RestProcess.start(section);
      const statuses = [];
      for (let i = 0; i < 3; i++) {
        await using client = await server.connect();
        await client.send(request);
        const answer = await client.until((text) => text.includes("\r\n\r\n"));
        statuses.push(statusOf(answer));
      }
      assert.notEqual(statuses[1], 429, statuses.join());
      assert.equal(statuses[2], 429, statuses.join());
    });
  }
});

Deno.test("compression of long answers never blocks the event loop for long", async () => {
  const text = "some text that can be compressed, with numbers: ";
  const long = Array.from({ length: 175_000 }, (_, i) => text + i % 97).join(
    "",
  );
  assert(long.length > 8_400_000);
  await using server = await RestProcess.start({ compression: true }, {
    routes: (context) => handleRoute(context, "GET /long", () => long),
  });
  // Processor time: other programs on the machine do not count.
  let longest = 0;
  let last = process.threadCpuUsage();
  const timer = setInterval(() => {
    const { user, system } = process.threadCpuUsage(last);
    longest = Math.max(longest, (user + system) / 1_000);
    last = process.threadCpuUsage();
  }, 1);
  const answers = Array.from({ length: 10 }, async () => {
    const response = await server.fetch("/long", {
      headers: { "accept-encoding": "gzip" },
    });
    for await (const _ of response.body!) {
      // only that all of it comes
    }
  });
  await Promise.all(answers);
  clearInterval(timer);
  // All ten at once blocked it for 2,400 ms; the client runs here, too.
  assert(longest < 600, `${longest} ms`);
});

Deno.test("an idle connection and a half-sent head stay open: a proxy in front closes them", async () => {
  await using server = await RestProcess.start({ "body-timeout": 0.1 }, {
    routes: (context) => handleRoute(context, "GET /a", () => "a"),
  });
  await using idle = await server.connect();
  await idle.send("GET /a HTTP/1.1\r\nHost: a\r\n\r\n");
  assert.equal(statusOf(await idle.response()), 200);
  await using half = await server.connect();
  await half.send("GET /a HTTP/1.1\r\nHos");
  assert.equal(await half.rest(1_500), "");
  assert(!half.isEnded && !idle.isEnded);
  await half.send("t: a\r\n\r\n");
  assert.equal(statusOf(await half.response()), 200);
  await idle.send("GET /a HTTP/1.1\r\nHost: a\r\n\r\n");
  assert.equal(statusOf(await idle.response()), 200);
});
