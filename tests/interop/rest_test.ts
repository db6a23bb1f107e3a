import { handleRoute, problem } from "@caryatid/modules/rest-server";
import { defineTopic } from "@caryatid/sdk";
import { isVariant } from "@caryatid/sdk/rust";
import assert from "node:assert/strict";
import { freePort } from "../broker/free_port.ts";
import { type Interop, rustTest } from "./rust_case.ts";
import { Message } from "./rust_message.ts";
import type { RustPeer } from "./rust_peer.ts";

rustTest(
  "Rust's REST server forwards requests to a TypeScript handler",
  async (interop) => {
    // `<topic>.<method>.<path>`
    const hello = defineTopic(`${interop.prefix}.post.hello.world`, Message, {
      answer: Message,
    });
    await using ours = await interop.ours();
    await ours.context.handle(hello, ({ message }) => {
      assert(isVariant(message, "RESTRequest"));
      const { method, path, path_elements, body, query_parameters } =
        message.RESTRequest;
      return {
        RESTResponse: {
          code: 201,
          body: JSON.stringify([
            method,
            path,
            path_elements,
            body,
            query_parameters,
          ]),
          content_type: "application/json",
        },
      };
    }).ready;
    const { url, rust } = await rustServer(interop);
    await using _rust = rust;
    const response = await fetch(
      `${url}/hello/world?name=Rust`,
      { method: "POST", body: "hi" },
    );
    assert.equal(response.status, 201);
    assert.equal(response.headers.get("content-type"), "application/json");
    assert.deepEqual(await response.json(), [
      "POST",
      "/hello/world",
      ["hello", "world"],
      "hi",
      { name: "Rust" },
    ]);
  },
);

rustTest(
  "Rust's REST server returns values, problems and empty bodies of handleRoute, and 404 without a handler",
  async (interop) => {
    const options = { topic: interop.prefix };
    await using ours = await interop.ours();
    const { context } = ours;
    const handlings = [
      handleRoute(
        context,
        "POST /users/:id",
        ({ params, query: { a, b }, body }) => ({ params, a, b, body }),
        options,
      ),
      handleRoute(context, "DELETE /users/:id", () => undefined, options),
      handleRoute(
        context,
        "PUT /users/:id",
        () => new Response("<b>ü</b>", { headers: HTML }),
        options,
      ),
      handleRoute(context, "GET /users/:id", () => {
        throw problem(404, "there is no such user");
      }, options),
    ];
    await Promise.all(handlings.map(({ ready }) => ready));
    const { url, rust } = await rustServer(interop);
    await using _rust = rust;
    const user = `${url}/users/7`;
    const posted = { method: "POST", body: "plain" };
    assert.deepEqual(await read(await fetch(`${user}?a=1&b=`, posted)), {
      status: 200,
      type: "application/json",
      body: '{"params":{"id":"7"},"a":"1","b":"","body":"plain"}',
    });
    assert.deepEqual(await read(await fetch(user, { method: "DELETE" })), {
      status: 204,
      type: "",
      body: "",
    });
    assert.deepEqual(await read(await fetch(user, { method: "PUT" })), {
      status: 200,
      type: HTML["content-type"],
      body: "<b>ü</b>",
    });
    const { status, type, body } = await read(await fetch(user));
    assert.deepEqual([status, type], [404, "application/problem+json"]);
    assert.equal(JSON.parse(body).detail, "there is no such user");
    assert.deepEqual(await read(await fetch(`${url}/nobody`)), {
      // after its timeout: Rust does not detect a missing handler
      status: 404,
      type: null,
      body: "",
    });
  },
);

rustTest(
  "handleRoute behind Rust's REST server: an error is a 500, bytes are a body, path and query are decoded",
  async (interop) => {
    const options = { topic: interop.prefix };
    await using ours = await interop.ours();
    const { context } = ours;
    const handlings = [
      handleRoute(context, "GET /fail", () => {
        throw new TypeError("a secret of the code");
      }, options),
      handleRoute(
        context,
        "GET /bytes/:name",
        ({ params }) => BODIES[params.name],
        options,
      ),
      handleRoute(
        context,
        "GET /files/*",
        ({ params, query, message }) => [
          params["*"],
          query,
          message.query_values,
          message.path_elements,
        ],
        options,
      ),
    ];
    await Promise.all(handlings.map(({ ready }) => ready));
    const { url, rust } = await rustServer(interop);
    await using _rust = rust;

    const failed = await read(await fetch(`${url}/fail`));
    assert.equal(failed.status, 500);
    assert.equal(failed.type, "application/problem+json");
    assert.doesNotMatch(failed.body, /secret/);
    const { status, body } = await read(await fetch(`${url}/bytes/text`));
    assert.deepEqual([status, body], [200, "ü€"]);
    assert.equal((await read(await fetch(`${url}/bytes/other`))).status, 500);

    const path = "/files/J%C3%BCrgen%20P./a.txt";
    const got = await read(await fetch(`${url}${path}?n=a+b&%C3%BC=%26%3D&x`));
    assert.deepEqual(JSON.parse(got.body), [
      "Jürgen P./a.txt",
      { n: "a b", "ü": "&=", x: "" },
      { n: ["a b"], "ü": ["&="], x: [""] },
      ["files", "Jürgen P.", "a.txt"],
    ]);
    const bad = await read(await fetch(`${url}/files/a?n=%E0%A4`));
    assert.equal(bad.status, 400);
  },
);

/** A body that is text, and one that is not. */
const BODIES: Readonly<Record<string, Uint8Array>> = {
  text: new TextEncoder().encode("ü€"),
  other: Uint8Array.of(0, 255),
};

const HTML = { "content-type": "text/html; charset=utf-8" };

/**
 * Starts a Rust process with a REST server whose requests time out after a
 * second. Resolves when the server listens.
 */
async function rustServer(
  interop: Interop,
): Promise<{ url: string; rust: RustPeer }> {
  const port = freePort();
  const rust = await interop.rust(
    "[message-router]\nrequest-timeout = 1\n" +
      `[module.rest-server]\ntopic = "${interop.prefix}"\nport = ${port}\n`,
  );
  await listening(port);
  return { url: `http://127.0.0.1:${port}`, rust };
}

async function read(response: Response) {
  return {
    status: response.status,
    type: response.headers.get("content-type"),
    body: await response.text(),
  };
}

/**
 * Resolves when the port accepts connections; Rust's server reports no such
 * event, so this polls.
 */
async function listening(port: number): Promise<void> {
  for (let tries = 0;; tries++) {
    try {
      (await Deno.connect({ hostname: "127.0.0.1", port })).close();
      return;
    } catch (error) {
      if (tries === 500) throw error;
      await new Promise((resolve) => setTimeout(resolve, 10));
    }
  }
}
