import assert from "node:assert/strict";
import { readConfig } from "./read_config.ts";

Deno.test("readConfig() reads over HTTP, with the URL's user", async (t) => {
  await using server = serve((request) => {
    const { pathname } = new URL(request.url);
    if (pathname === "/moved") {
      const location = "http://u:s3cret@example.com/c.toml";
      return new Response(null, { status: 302, headers: { location } });
    }
    if (pathname === "/missing") return new Response("s3cret", { status: 404 });
    if (pathname === "/endless") return new Response(endless());
    return new Response(
      `[module.x]\nuser = "${
        atob(request.headers.get("authorization")!.slice(6))
      }"`,
    );
  });
  const refused = async (path: string, text: string, hint?: string) => {
    const url = new URL(path, server.url);
    await assert.rejects(readConfig(url, { env: {} }), {
      code: "INVALID_CONFIG",
      message: `${url}: Cannot use the configuration: ${text}`,
      hint,
    });
  };

  await t.step("user and password are sent", async () => {
    const url = new URL("/c.toml", server.url);
    url.username = "me";
    url.password = "s3cret";
    const { modules } = await readConfig(url, { env: {} });
    assert.equal(modules[0]!.section["user"], "me:s3cret");
  });

  await t.step(
    "a status other than 200 is reported",
    () => refused("/missing", "found HTTP status 404; expected 200"),
  );

  await t.step("a redirect is not followed but reported", () =>
    refused(
      "/moved",
      "found HTTP status 302; expected 200",
      "Give http://u:***@example.com/c.toml itself.",
    ));

  await t.step(
    "a file over 1 MiB is refused",
    () =>
      refused("/endless", "found over 1048576 bytes; expected at most 1 MiB"),
  );
});

Deno.test("readConfig() stops waiting for a server when its signal fires", async () => {
  const asked = Promise.withResolvers<void>();
  const answer = Promise.withResolvers<Response>();
  await using server = serve(() => {
    asked.resolve();
    return answer.promise;
  });
  const abort = new AbortController();
  const reading = readConfig(server.url, { env: {}, signal: abort.signal });
  await asked.promise;
  abort.abort("enough");
  await assert.rejects(reading, { code: "ABORTED", cause: "enough" });
  answer.resolve(new Response());
});

Deno.test("readConfig() names an unreachable server without its password", async () => {
  let url: URL;
  {
    await using server = serve(() => new Response());
    url = server.url;
  }
  url.username = "u";
  url.password = "s3cret";
  await assert.rejects(readConfig(url, { env: {} }), (error: Error) => {
    assert(error.message.startsWith(`http://u:***@127.0.0.1:${url.port}/: `));
    assert.doesNotMatch(Deno.inspect(error), /s3cret/);
    return true;
  });
});

function serve(handler: Deno.ServeHandler) {
  const server = Deno.serve(
    { hostname: "127.0.0.1", port: 0, onListen() {} },
    handler,
  );
  const url = new URL(`http://127.0.0.1:${server.addr.port}/`);
  return { url, [Symbol.asyncDispose]: () => server.shutdown() };
}

function endless(): ReadableStream<Uint8Array<ArrayBuffer>> {
  return new ReadableStream({
    pull: (controller) => controller.enqueue(new Uint8Array(65536).fill(0x20)),
  });
}
