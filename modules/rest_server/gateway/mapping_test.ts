import assert from "node:assert/strict";
import type { RestRequest } from "../rest_message.ts";
import { statusOf } from "../testing/raw_client.ts";
import { RestProcess } from "../testing/rest_process.ts";

/** Answers everything with the topic and the message that it came by. */
function echoing(section: Record<string, unknown> = {}): Promise<RestProcess> {
  return RestProcess.start(section, {
    routes: (context) =>
      context.handle("rest.#", ({ topic, message }) => ({
        code: 200,
        body: JSON.stringify({ topic, message }),
        content_type: "application/json",
      })),
  });
}

interface Heard {
  readonly topic: string;
  readonly message: RestRequest;
}

async function received(server: RestProcess, line: string): Promise<Heard> {
  const response = await server.exchange(
    `${line} HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n`,
  );
  assert.equal(statusOf(response), 200, response);
  return JSON.parse(response.slice(response.indexOf("\r\n\r\n")));
}

/**
 * Topic and path elements that the server of Rust Caryatid makes of a target,
 * except for dots and percent signs.
 */
const RECORDED: readonly [line: string, topic: string, elements: string[]][] = [
  ["GET /", "rest.get.", [""]],
  ["GET /foo/bar", "rest.get.foo.bar", ["foo", "bar"]],
  ["GET /a", "rest.get.a", ["a"]],
  ["GET /a/", "rest.get.a", ["a"]],
  ["GET //a", "rest.get..a", ["", "a"]],
  ["GET /a//", "rest.get.a.", ["a", ""]],
  ["GET /a//b", "rest.get.a..b", ["a", "", "b"]],
  ["GET //", "rest.get.", [""]],
  ["GET /Foo/BAR", "rest.get.Foo.BAR", ["Foo", "BAR"]],
  ["DELETE /a", "rest.delete.a", ["a"]],
  ["PROPFIND /a", "rest.propfind.a", ["a"]],
  ["OPTIONS /a", "rest.options.a", ["a"]],
  ["GET /a?b=c.d/e", "rest.get.a", ["a"]],
  ["GET /_private", "rest.get._private", ["_private"]],
  ["GET /a*b", "rest.get.a*b", ["a*b"]],
  ["GET /a.b", "rest.get.a%2Eb", ["a.b"]],
  ["GET /a%2eb", "rest.get.a%2Eb", ["a.b"]],
  ["GET /a%20b", "rest.get.a b", ["a b"]],
  ["GET /caf%C3%A9", "rest.get.café", ["café"]],
  ["GET /100%25", "rest.get.100%25", ["100%"]],
  ["GET /a%252Eb", "rest.get.a%252Eb", ["a%2Eb"]],
  ["GET /a+b", "rest.get.a+b", ["a+b"]],
];

Deno.test("E1 a target becomes the topic and path elements of the recorded table", async (t) => {
  await using server = await echoing();
  for (const [line, topic, elements] of RECORDED) {
    await t.step(`${line} → ${topic}`, async () => {
      const { topic: found, message } = await received(server, line);
      assert.equal(found, topic);
      assert.deepEqual(message.path_elements, elements);
      const [method, target] = line.split(" ");
      assert.equal(message.method, method);
      assert.equal(message.path, target!.split("?")[0]);
    });
  }
});

Deno.test("E1 a pattern with * matches a segment with dots", async () => {
  await using server = await RestProcess.start({}, {
    routes: (context) =>
      context.handle("rest.get.*", ({ topic }) => ({ code: 200, body: topic })),
  });
  const response = await server.fetch("/photo.tar.gz");
  assert.equal(await response.text(), "rest.get.photo%2Etar%2Egz");
});

Deno.test('E1 dots = "split" gives Rust\'s reading', async () => {
  await using server = await echoing({ dots: "split" });
  const { topic, message } = await received(server, "GET /a.b/c");
  assert.equal(topic, "rest.get.a.b.c");
  assert.deepEqual(message.path_elements, ["a", "b", "c"]);
});

Deno.test("E1 query parameters are decoded, and repeated ones are kept", async () => {
  await using server = await echoing();
  const { message } = await received(
    server,
    "GET /?a=1&b=x+y%2Bz&a=2&empty=&alone&caf%C3%A9=%E2%82%AC&__proto__=p",
  );
  assert.deepEqual(Object.entries(message.query_parameters), [
    ["a", "2"],
    ["b", "x y+z"],
    ["empty", ""],
    ["alone", ""],
    ["café", "€"],
    ["__proto__", "p"],
  ]);
  assert.deepEqual(message.query_values.a, ["1", "2"]);
});

Deno.test("E1 a message has all fields of Rust's, and the headers", async () => {
  await using server = await echoing();
  const response = await server.fetch("/a/b?c=d", {
    method: "POST",
    body: "text",
    headers: { "X-Own": "1", "Cookie": "c=1", "Authorization": "Basic x" },
  });
  const { message } = await response.json() as Heard;
  const { headers, ...rest } = message;
  assert.deepEqual(rest, {
    method: "POST",
    path: "/a/b",
    path_elements: ["a", "b"],
    body: "text",
    query_parameters: { c: "d" },
    query_values: { c: ["d"] },
  });
  assert.equal(headers["x-own"], "1");
  assert.equal(headers["content-type"], "text/plain;charset=UTF-8");
  assert.equal(headers["authorization"], "Basic x");
});

Deno.test("E1 variant = true wraps messages as a Rust enum, and takes such answers", async () => {
  await using server = await RestProcess.start({ variant: true }, {
    routes: (context) =>
      context.handle("rest.get.a", ({ message }) => ({
        RESTResponse: {
          code: 200,
          body: Object.keys(message as object).join(),
          content_type: "text/plain",
        },
      })),
  });
  assert.equal(await (await server.fetch("/a")).text(), "RESTRequest");
});

Deno.test("E1 the topic of a server is its own", async () => {
  await using server = await RestProcess.start({ topic: "rest2" }, {
    routes: (context) =>
      context.handle("rest2.get.hello", () => ({
        code: 200,
        body: "Hello, world!",
        content_type: "text/plain",
      })),
  });
  const response = await server.fetch("/hello");
  assert.equal(response.headers.get("content-type"), "text/plain");
  assert.equal(await response.text(), "Hello, world!");
});

Deno.test("E1 a handler cannot change the lists that messages share, on a bus that freezes messages", async () => {
  const thrown: unknown[] = [];
  await using server = await RestProcess.start({}, {
    config: { "message-bus": { memory: { class: "in-memory", freeze: true } } },
    routes: (context) =>
      context.handle("rest.get.a", ({ message }) => {
        const { path_elements, query_values } = message as RestRequest;
        for (const list of [path_elements, query_values.x]) {
          try {
            (list as string[]).push("more");
          } catch (error) {
            thrown.push(error);
          }
        }
        return { code: 200, body: path_elements.join() };
      }),
  });
  for (let i = 0; i < 2; i++) {
    assert.equal(await (await server.fetch("/a?x=1")).text(), "a");
  }
  assert.equal(thrown.length, 4);
});
