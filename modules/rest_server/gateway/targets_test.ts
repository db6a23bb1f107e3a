import assert from "node:assert/strict";
import { statusOf } from "../testing/raw_client.ts";
import { RestProcess } from "../testing/rest_process.ts";

/** A server on which everything is handled, and what was. */
async function watched(): Promise<{ server: RestProcess; received: string[] }> {
  const received: string[] = [];
  const server = await RestProcess.start({}, {
    routes: (context) => {
      context.handle("rest.#", ({ topic }) => {
        received.push(topic);
        return { code: 200, body: "" };
      });
    },
  });
  return { server, received };
}

async function statuses(
  t: Deno.TestContext,
  cases: Record<string, string | Uint8Array>,
  wanted: number,
): Promise<void> {
  const { server, received } = await watched();
  await using _ = server;
  for (const [name, request] of Object.entries(cases)) {
    await t.step(name, async () => {
      const response = await server.exchange(request);
      assert.equal(statusOf(response), wanted, response);
      assert.deepEqual(received, []);
    });
  }
}

function get(target: string): string {
  return `GET ${target} HTTP/1.1\r\nHost: a\r\n\r\n`;
}

Deno.test("E2 the Host header never routes, and an invalid, missing or repeated one is 400", async (t) => {
  const cases = {
    "with a path": "GET /x HTTP/1.1\r\nHost: a/only?\r\n\r\n",
    "with a query": "GET /x HTTP/1.1\r\nHost: a?\r\n\r\n",
    "with a fragment": "GET /x HTTP/1.1\r\nHost: a#\r\n\r\n",
    "with a user": "GET /x HTTP/1.1\r\nHost: u@a\r\n\r\n",
    "with a blank": "GET /x HTTP/1.1\r\nHost: a b\r\n\r\n",
    "with a backslash": "GET /x HTTP/1.1\r\nHost: a\\b\r\n\r\n",
    "with two names": "GET /x HTTP/1.1\r\nHost: a, b\r\n\r\n",
    "with an invalid port": "GET /x HTTP/1.1\r\nHost: a:99999\r\n\r\n",
    "empty": "GET /x HTTP/1.1\r\nHost: \r\n\r\n",
    "missing": "GET /x HTTP/1.1\r\n\r\n",
    "missing, of HTTP/1.0": "GET /x HTTP/1.0\r\n\r\n",
    "twice": "GET /x HTTP/1.1\r\nHost: a\r\nHost: b\r\n\r\n",
    "twice the same": "GET /x HTTP/1.1\r\nHost: a\r\nHost: a\r\n\r\n",
    "another one than the target's":
      "GET http://b/x HTTP/1.1\r\nHost: a\r\n\r\n",
    "another scheme": "GET https://a/x HTTP/1.1\r\nHost: a\r\n\r\n",
    "CONNECT": "CONNECT a:80 HTTP/1.1\r\nHost: a:80\r\n\r\n",
    "OPTIONS *": "OPTIONS * HTTP/1.1\r\nHost: a\r\n\r\n",
  };
  await statuses(t, cases, 400);
});

Deno.test("E2 every valid form of a Host header is accepted, and a target that repeats it", async (t) => {
  const { server, received } = await watched();
  await using _ = server;
  for (
    const host of ["a", "A.b-c.example", "a:80", "127.0.0.1:1", "[::1]:8080"]
  ) {
    await t.step(host, async () => {
      for (const target of ["/x", `http://${host}/x`]) {
        const response = await server.exchange(
          `GET ${target} HTTP/1.1\r\nHost: ${host}\r\n\r\n`,
        );
        assert.equal(statusOf(response), 200, response);
        assert.equal(received.pop(), "rest.get.x");
      }
    });
  }
});

Deno.test("E3 an ambiguous path is 400", async (t) => {
  const targets = [
    "/a/../b",
    "/..",
    "/.",
    "/./a",
    "/a/%2e%2e/b",
    "/%2E.",
    "/%2e",
    "/a\\b",
    "/a%5cb",
    "/a%2fb",
    "/a%2Fb",
    "/a%00b",
    "/a%0d%0ab",
    "/a%7f",
    "/%zz",
    "/%",
    "/%2",
    "/a%ff",
    "/%c0%ae",
    "/%ed%a0%80",
    "/a#b",
    "/é",
    "/?a=%zz",
    "/?a=%ff",
    "/?%",
    "/?a#b",
  ];
  const cases: Record<string, string | Uint8Array> = Object.fromEntries(
    targets.map((target) => [target, get(target)]),
  );
  const [before, after] = get("/a").split("a HTTP");
  cases["a byte that is no UTF-8"] = Uint8Array.from([
    ...new TextEncoder().encode(before),
    0xff,
    ...new TextEncoder().encode(` HTTP${after}`),
  ]);
  await statuses(t, cases, 400);
});

Deno.test("E3 a method that HTTP does not have is 501", async (t) => {
  const cases = {
    "with a dot": "FOO.BAR /x HTTP/1.1\r\nHost: a\r\n\r\n",
    "in lower case": "get /x HTTP/1.1\r\nHost: a\r\n\r\n",
    "a wildcard": "* /x HTTP/1.1\r\nHost: a\r\n\r\n",
    "#": "# /x HTTP/1.1\r\nHost: a\r\n\r\n",
  };
  await statuses(t, cases, 501);
});

Deno.test("E4 a segment with a meaning on the bus is 404, and no subscriber receives it", async (t) => {
  const received: string[] = [];
  const markerHeard = Promise.withResolvers<void>();
  await using server = await RestProcess.start({}, {
    routes: (context) => {
      context.handle("rest.#", () => ({ code: 200 }));
      const spy = context.subscribe("rest.get.#");
      context.run(async () => {
        for await (const { topic } of spy) {
          received.push(topic.replace(/\._request\.[^.]*$/, ""));
          if (received.at(-1) === "rest.get.marker") markerHeard.resolve();
        }
      });
    },
  });
  for (
    const target of [
      "/*",
      "/a/*/b",
      "/%2a",
      "/%23",
      "/a/%23",
      "/_request",
      "/a/_response/0123456789abcdef",
      "/%5Frequest",
    ]
  ) {
    await t.step(target, async () => {
      assert.equal(statusOf(await server.exchange(get(target))), 404);
    });
  }
  const marker = await server.exchange(get("/marker"));
  assert.equal(statusOf(marker), 200);
  await markerHeard.promise;
  assert.deepEqual(received, ["rest.get.marker"]);
});

Deno.test("E4 a path whose topic is too long is 414", async (t) => {
  const cases = {
    "300 letters": get(`/${"a".repeat(300)}`),
    "120 two-byte letters": get(`/${"%C3%A9".repeat(120)}`),
    "many segments": get(`/${"a/".repeat(130)}`),
  };
  await statuses(t, cases, 414);
});

Deno.test('E4 with dots = "split" the words between dots are checked, too', async () => {
  await using server = await RestProcess.start({ dots: "split" }, {
    routes: (context) => context.handle("rest.#", () => ({ code: 200 })),
  });
  for (const target of ["/a.*", "/a.%23.b", "/a._request"]) {
    assert.equal(statusOf(await server.exchange(get(target))), 404);
  }
});
