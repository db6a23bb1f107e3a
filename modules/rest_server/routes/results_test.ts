import { decode } from "@caryatid/process/codec";
import assert from "node:assert/strict";
import { CapturedLogs } from "../../../process/testing/captured_logs.ts";
import { defineRoute, handleRoute, reply } from "../mod.ts";
import { statusOf } from "../testing/raw_client.ts";
import { RestProcess } from "../testing/rest_process.ts";

function cycle(): unknown {
  const value: Record<string, unknown> = {};
  value["self"] = value;
  return value;
}

const RESULTS: Record<string, () => unknown> = {
  map: () => new Map<string, unknown>([["a", 1], ["b", new Set([1, "x"])]]),
  set: () => [new Set([new Map([["a", null]])])],
  symbol: () => Symbol("s"),
  function: () => () => 1,
  nested: () => ({ list: [1, { act: () => 1 }] }),
  cycle,
  keys: () => new Map([[1, 2]]),
};

Deno.test("a Map becomes an object and a Set an array, as JSON and as CBOR; results that are not plain data are 500", async (t) => {
  using logs = new CapturedLogs();
  await using server = await RestProcess.start({}, {
    routes: (context) =>
      handleRoute(
        context,
        "GET /:name",
        ({ params }) => RESULTS[params.name]!(),
      ),
  });
  const get = (name: string, accept = "*/*") =>
    server.fetch(`/${name}`, { headers: { accept } });
  await t.step("data", async () => {
    const wanted = { map: { a: 1, b: [1, "x"] }, set: [[{ a: null }]] };
    for (const [name, value] of Object.entries(wanted)) {
      assert.deepEqual(await (await get(name)).json(), value);
      const cbor = await get(name, "application/cbor");
      assert.deepEqual(decode(await cbor.bytes()), value);
    }
  });
  for (const name of ["symbol", "function", "nested", "cycle", "keys"]) {
    await t.step(
      `${name}: 500 with problem details and a log line`,
      async () => {
        const before = logs.lines.length;
        const response = await get(name);
        assert.equal(response.status, 500);
        assert.equal((await response.json()).title, "Internal Server Error");
        const lines = logs.lines.slice(before).join("\n");
        assert.match(lines, /GET \/\w+: 500 .*found a/);
      },
    );
  }
});

Deno.test("an answer whose form the client chose varies by Accept", async () => {
  await using server = await RestProcess.start({}, {
    routes: (context) => {
      handleRoute(context, "GET /data", () => ({ a: 1 }));
      handleRoute(context, "GET /text", () => "text");
      handleRoute(
        context,
        "GET /reply",
        () => reply([1], { headers: { Vary: "Cookie", "x-own": "1" } }),
      );
    },
  });
  const cases: [path: string, vary: string | null][] = [
    ["/data", "Accept"],
    ["/text", null],
    ["/reply", "Cookie, Accept"],
  ];
  for (const [path, vary] of cases) {
    for (const accept of ["*/*", "application/cbor"]) {
      const response = await server.fetch(path, { headers: { accept } });
      await response.body?.cancel();
      assert.equal(response.headers.get("vary"), vary);
    }
  }
});

Deno.test("a form with escapes that are not UTF-8 is 400, and its handler is not called", async () => {
  let called = 0;
  await using server = await RestProcess.start({}, {
    routes: (context) => handleRoute(context, "POST /form", () => ++called),
  });
  const type = "application/x-www-form-urlencoded";
  for (const body of ["a=%ff", "%zz=1", "a=%c3", "a=1&b=%"]) {
    const answer = await server.exchange(
      `POST /form HTTP/1.1\r\nHost: a\r\nContent-Type: ${type}\r\nContent-Length: ${body.length}\r\n\r\n${body}`,
    );
    assert.equal(statusOf(answer), 400, answer);
    assert.match(answer, /the form has a malformed percent-encoding/);
  }
  assert.equal(called, 0);
});

Deno.test("defineRoute() rejects a method or path that no request can have", () => {
  const routes: [method: unknown, path: unknown][] = [
    ["get", "/a"],
    ["", "/a"],
    [undefined, "/a"],
    ["TRACE", "/a"],
    ["CONNECT", "/a"],
    ["GET POST", "/a"],
    ["GET", "a"],
    ["GET", ""],
    ["GET", undefined],
    ["GET", "/a/../b"],
    ["GET", "/."],
    ["GET", "/a\0b"],
    ["GET", "/a b"],
    ["GET", "/a?b"],
    ["GET", "/_request"],
    ["GET", "/:id/:id"],
    ["GET", "/*/a"],
  ];
  for (const [method, path] of routes) {
    assert.throws(
      () => defineRoute({ method, path } as { method: string; path: string }),
      { code: "INVALID_OPTION" },
      `${method} ${path}`,
    );
  }
});
