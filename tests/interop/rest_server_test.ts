import { createRestServer } from "@caryatid/modules/rest-server";
import assert from "node:assert/strict";
import { type Interop, type Ours, rustTest } from "./rust_case.ts";
import type { RustPeer } from "./rust_peer.ts";

rustTest(
  "our REST server, with variant = true, in front of a handler of Rust's: query, body, status and type",
  async (interop) => {
    await using rust = await answering(interop, "post.hello.world");
    const { url, ours } = await ourServer(interop);
    await using _ours = ours;
    await rust.subscribed(`${interop.prefix}.post.hello.world._request.*`);
    const query = "code=202&type=text/csv&name=J%C3%BCrgen&name=Ada";
    const response = await fetch(`${url}/hello/world?${query}`, {
      method: "POST",
      body: "ü€😀",
      headers: { "x-trace": "7" },
    });
    assert.equal(response.status, 202);
    assert.equal(response.headers.get("content-type"), "text/csv");
    assert.deepEqual(await response.json(), {
      method: "POST",
      path: "/hello/world",
      path_elements: ["hello", "world"],
      body: "ü€😀",
      query_parameters: { code: "202", type: "text/csv", name: "Ada" },
    });
  },
);

rustTest(
  "our REST server answers 404 at once for a path without a handler, next to a Rust process",
  async (interop) => {
    await using rust = await answering(interop, "get.hello");
    const { url, ours } = await ourServer(interop);
    await using _ours = ours;
    await rust.subscribed(`${interop.prefix}.get.hello._request.*`);
    assert.equal(await status(await fetch(`${url}/hello`)), 200);
    assert.equal(await status(await fetch(`${url}/nobody`)), 404);
  },
);

rustTest(
  "our REST server answers 504 after its timeout if a Rust handler cannot read a body of bytes",
  async (interop) => {
    await using rust = await answering(interop, "post.hello");
    const { url, ours } = await ourServer(interop, "request-timeout = 1");
    await using _ours = ours;
    await rust.subscribed(`${interop.prefix}.post.hello._request.*`);
    const post = (body: BodyInit, type: string) =>
      fetch(`${url}/hello`, {
        method: "POST",
        body,
        headers: { "content-type": type },
      });
    const bytes = await post(Uint8Array.of(0, 255), "application/octet-stream");
    assert.equal(await status(bytes), 504);
    const text = await post("{}", "application/json");
    assert.equal(await status(text), 200);
  },
);

rustTest(
  "our REST server sends a 204 and a 304 of a Rust handler without the body",
  async (interop) => {
    await using rust = await answering(interop, "get.hello");
    const { url, ours } = await ourServer(interop);
    await using _ours = ours;
    await rust.subscribed(`${interop.prefix}.get.hello._request.*`);
    for (const code of [204, 304]) {
      const response = await fetch(`${url}/hello?code=${code}`);
      assert.equal(response.status, code);
      assert.equal(await response.text(), "");
    }
  },
);

/** A Rust process that answers requests of HTTP. */
function answering(interop: Interop, topic: string): Promise<RustPeer> {
  const { prefix } = interop;
  return interop.rust(`[module.answer]\ntopic = "${prefix}.${topic}"\n`);
}

/** A process of ours with a REST server for Rust's handlers. */
async function ourServer(
  interop: Interop,
  keys = "",
): Promise<{ url: string; ours: Ours }> {
  let url = "";
  const onListen = (listening: { url: string }) => url = listening.url;
  const ours = await interop.ours({
    toml: `[module.rest-server]\ntopic = "${interop.prefix}"\nport = 0\n` +
      `variant = true\n${keys}\n`,
    modules: [createRestServer({ onListen })],
  });
  return { url, ours };
}

/** Reads the body, too, since an unread body is a leak. */
async function status(response: Response): Promise<number> {
  await response.body?.cancel();
  return response.status;
}
