import assert from "node:assert/strict";
import { CapturedLogs } from "../../../process/testing/captured_logs.ts";
import { handleRoute } from "../mod.ts";
import { RestProcess } from "../testing/rest_process.ts";

Deno.test("E11 a client that leaves cancels its request", async () => {
  const begun = Promise.withResolvers<void>();
  const aborted = Promise.withResolvers<void>();
  await using server = await RestProcess.start({}, {
    routes: (context) =>
      handleRoute(context, "GET /slow", async ({ signal }) => {
        signal.addEventListener("abort", () => aborted.resolve());
        begun.resolve();
        await aborted.promise;
      }),
  });
  const client = await server.connect();
  await client.send("GET /slow HTTP/1.1\r\nHost: a\r\n\r\n");
  await begun.promise;
  await client.close();
  await aborted.promise;
});

Deno.test("E11 an answered request is not cancelled, quick or slow", async (t) => {
  for (const wait of [0, 150]) {
    await t.step(`after ${wait} ms`, async () => {
      let aborted = false;
      await using server = await RestProcess.start({}, {
        routes: (context) =>
          handleRoute(context, "GET /a", async ({ signal }) => {
            signal.addEventListener("abort", () => aborted = true);
            await context.clock.sleep(wait);
            return "done";
          }),
      });
      await using client = await server.connect();
      await client.send("GET /a HTTP/1.1\r\nHost: a\r\n\r\n");
      assert.match(await client.response(), /done$/);
      await client.close();
      await (await server.fetch("/nothing")).body?.cancel();
      assert.equal(aborted, false);
    });
  }
});

Deno.test("E11 clients that leave do not cancel later requests", async () => {
  const waiting = new Set<string>();
  const left = Promise.withResolvers<void>();
  const begun = Promise.withResolvers<void>();
  const cancelled: string[] = [];
  await using server = await RestProcess.start({}, {
    routes: (context) => {
      handleRoute(context, "GET /slow/:id", async ({ params, signal }) => {
        waiting.add(params.id);
        if (waiting.size === 30) begun.resolve();
        await new Promise((resolve) =>
          signal.addEventListener("abort", resolve)
        );
        waiting.delete(params.id);
        if (waiting.size === 0) left.resolve();
      });
      handleRoute(context, "GET /later/:id", async ({ params, signal }) => {
        signal.addEventListener("abort", () => cancelled.push(params.id));
        await context.clock.sleep(80); // until its client is watched
        return signal.aborted;
      });
    },
  });
  const clients = await Promise.all(
    Array.from({ length: 30 }, () => server.connect()),
  );
  for (const [id, client] of clients.entries()) {
    await client.send(`GET /slow/${id} HTTP/1.1\r\nHost: a\r\n\r\n`);
  }
  await begun.promise;
  for (const client of clients) await client.close();
  await left.promise;
  for (let round = 0; round < 2; round++) {
    const answers = await Promise.all(
      Array.from({ length: 60 }, async (_, id) => {
        const response = await server.fetch(`/later/${id}`);
        return [response.status, await response.json()];
      }),
    );
    assert.deepEqual(answers, Array(60).fill([200, false]));
  }
  assert.deepEqual(cancelled, []);
});

Deno.test("E13 an answer's header that would break the message is 502", async (t) => {
  const cases: Record<string, unknown> = {
    "CR": { "x-a": "a\rb" },
    "LF": { "x-a": "a\nb" },
    "CR LF and a header": { "x-a": "a\r\nset-cookie: s=1" },
    "NUL": { "x-a": "a\0b" },
    "more than Latin-1": { "x-a": "€" },
    "a number": { "x-a": 7 },
    "a name with a blank": { "x a": "b" },
    "an empty name": { "": "b" },
    "one of several": { "x-a": ["good", "b\nad"] },
  };
  using _logs = new CapturedLogs();
  await using server = await RestProcess.start({}, {
    routes: (context) =>
      context.handle("rest.post.a", ({ message }) => ({
        code: 200,
        body: "",
        headers: cases[(message as { body: string }).body],
      })),
  });
  for (const name of Object.keys(cases)) {
    await t.step(name, async () => {
      const response = await server.fetch("/a", { method: "POST", body: name });
      await response.body?.cancel();
      assert.equal(response.status, 502);
      assert.equal(response.headers.get("set-cookie"), null);
    });
  }
});

Deno.test("E13 the gateway removes the headers of a connection, in both directions", async (t) => {
  let headers: Record<string, string> = {};
  await using server = await RestProcess.start({}, {
    routes: (context) =>
      context.handle("rest.get.a", ({ message }) => {
        headers = (message as { headers: Record<string, string> }).headers;
        return {
          code: 200,
          body: "four",
          headers: {
            Connection: "x-private",
            "X-Private": "1",
            "Keep-Alive": "timeout=5",
            "Transfer-Encoding": "chunked",
            "Content-Length": "99",
            "Proxy-Authenticate": "Basic",
            "Set-Cookie": ["a=1", "b=2"],
            "X-Kept": "2",
          },
        };
      }),
  });
  const response = await server.exchange(
    "GET /a HTTP/1.1\r\nHost: a\r\nConnection: keep-alive, X-Mine\r\n" +
      "X-Mine: 1\r\nKeep-Alive: 5\r\nTE: trailers\r\nUpgrade: h2c\r\n" +
      "Proxy-Authorization: Basic eA==\r\nX-Kept: 1\r\n" +
      "X-Forwarded-For: 1.2.3.4\r\nX-Forwarded-Host: evil\r\n" +
      "Forwarded: for=1.2.3.4\r\nX-Real-IP: 1.2.3.4\r\n__proto__: p\r\n\r\n",
  );
  await t.step("in: also those of proxies that are not trusted", () => {
    assert.deepEqual(Object.entries(headers).sort(), [
      ["__proto__", "p"],
      ["host", "a"],
      ["x-kept", "1"],
    ]);
  });
  await t.step("out", () => {
    const [head, body] = response.split("\r\n\r\n");
    const lines = head!.split("\r\n").slice(1)
      .filter((line) => !line.startsWith("date:"));
    assert.deepEqual(lines.sort(), [
      "Content-Type: text/plain;charset=UTF-8",
      "content-length: 4",
      "set-cookie: a=1",
      "set-cookie: b=2",
      "x-kept: 2",
    ]);
    assert.equal(body, "four");
  });
});

Deno.test("E15 one request more than max-concurrent is 503 at once, and the others succeed", async () => {
  const release = Promise.withResolvers<void>();
  let begun = 0;
  const allBegun = Promise.withResolvers<void>();
  await using server = await RestProcess.start({ "max-concurrent": 3 }, {
    routes: (context) =>
      handleRoute(context, "GET /slow", async () => {
        if (++begun === 3) allBegun.resolve();
        await release.promise;
        return "done";
      }),
  });
  const slow = [1, 2, 3].map(() => server.fetch("/slow"));
  await allBegun.promise;
  const refused = await server.fetch("/slow");
  await refused.body?.cancel();
  assert.equal(refused.status, 503);
  assert.equal(refused.headers.get("retry-after"), "1");
  release.resolve();
  for (const response of await Promise.all(slow)) {
    assert.equal(await response.text(), "done");
  }
  assert.equal(await (await server.fetch("/slow")).text(), "done");
});
