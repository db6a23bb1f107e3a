import { defineModule } from "@caryatid/sdk";
import { Process } from "@caryatid/process";
import assert from "node:assert/strict";
import { CapturedLogs } from "../../../process/testing/captured_logs.ts";
import { createRestServer, handleRoute } from "../mod.ts";
import { statusOf } from "../testing/raw_client.ts";
import { RestProcess } from "../testing/rest_process.ts";

const GET = "Host: a\r\n\r\n";
/** Default of drain-timeout, in milliseconds. */
const DEFAULT_DRAIN = 5_000;

Deno.test("E16 a stop closes the port at once, and answers what is in flight", async () => {
  const begun = Promise.withResolvers<void>();
  const release = Promise.withResolvers<void>();
  const server = await RestProcess.start({}, {
    routes: (context) =>
      handleRoute(context, "GET /slow", async () => {
        begun.resolve();
        await release.promise;
        return "done";
      }),
  });
  await using idle = await server.connect();
  await using client = await server.connect();
  await client.send(`GET /slow HTTP/1.1\r\n${GET}`);
  await begun.promise;
  const stopped = server.process.stop();
  assert.equal(await idle.ended(), "");
  await assert.rejects(server.connect());
  release.resolve();
  assert.match(await client.response(), /200 OK[^]*done$/);
  await stopped;
});

Deno.test("E16 a handler that does not end is cut at the deadline with 503", async () => {
  using _logs = new CapturedLogs();
  const begun = Promise.withResolvers<void>();
  const server = await RestProcess.start(
    { "drain-timeout": 0.1, "request-timeout": 60 },
    {
      routes: (context) =>
        handleRoute(context, "GET /endless", ({ signal }) => {
          begun.resolve();
          return new Promise((resolve) =>
            signal.addEventListener("abort", resolve)
          );
        }),
    },
  );
  await using client = await server.connect();
  await client.send(`GET /endless HTTP/1.1\r\n${GET}`);
  await begun.promise;
  const began = performance.now();
  const stopped = server.process.stop();
  assert.equal(statusOf(await client.response()), 503);
  await stopped;
  assert(performance.now() - began < DEFAULT_DRAIN);
});

Deno.test("E16 a response that its client does not read is cut at the deadline", async () => {
  using logs = new CapturedLogs();
  const size = 64 * 1024 * 1024;
  const server = await RestProcess.start({ "drain-timeout": 0.1 }, {
    routes: (context) =>
      handleRoute(context, "GET /large", () => new Uint8Array(size)),
  });
  await using client = await server.connect();
  await client.send(`GET /large HTTP/1.1\r\n${GET}`);
  await client.until((text) => text.length > 0);
  const began = performance.now();
  await server.process.stop();
  assert(performance.now() - began < DEFAULT_DRAIN);
  assert((await client.ended()).length < size);
  assert(
    logs.lines.some((line) => line.includes("ended the requests in flight")),
  );
});

Deno.test("E16 a server can be started on the port of one that has stopped", async () => {
  const first = await RestProcess.start();
  await first.process.stop();
  await using again = await RestProcess.start({ port: first.port });
  const response = await again.fetch("/");
  await response.body?.cancel();
  assert.equal(response.status, 404);
});

Deno.test("E16 the port is free again when another module fails to start", async () => {
  let port = 0;
  const broken = defineModule({
    name: "broken",
    init() {
      throw new Error("not today");
    },
  });
  const process = await Process.create({
    config: {
      module: { "rest-server": { port: 0 }, broken: {} },
      log: { level: "error" },
    },
    modules: [
      createRestServer({ onListen: (listening) => port = listening.port }),
      broken,
    ],
    env: {},
  });
  await assert.rejects(process.start(), { code: "INIT_FAILED" });
  Deno.listen({ hostname: "127.0.0.1", port }).close();
});

Deno.test("E17 a server listens on 127.0.0.1, and says where", async () => {
  using logs = new CapturedLogs();
  await using server = await RestProcess.start();
  assert.equal(new URL(server.url).hostname, "127.0.0.1");
  assert(logs.lines.includes(
    `caryatid.rest-server: REST server listening on ${server.url}`,
  ));
});

Deno.test("E17 the error names a port in use, or an address of another machine", async (t) => {
  using _logs = new CapturedLogs();
  await using first = await RestProcess.start();
  await t.step("taken", async () => {
    await assert.rejects(RestProcess.start({ port: first.port }), {
      code: "INIT_FAILED",
      message:
        `Cannot initialize module "rest-server": Cannot listen on 127.0.0.1:${first.port}: the port is taken`,
    });
  });
  await t.step("not ours", async () => {
    await assert.rejects(RestProcess.start({ address: "192.0.2.1" }), {
      code: "INIT_FAILED",
      message: /Cannot listen on 192\.0\.2\.1:0: /,
    });
  });
});

Deno.test("E17 each request is a line in the log, without its secrets", async () => {
  using logs = new CapturedLogs();
  await using server = await RestProcess.start({ "request-log": "info" }, {
    routes: (context) => {
      handleRoute(context, "POST /a", () => "");
      handleRoute(context, "POST /b", () => {
        throw new Error("broken");
      });
    },
  });
  for (const path of ["/a?key=s3cret", "/b?key=s3cret", "/c?key=s3cret"]) {
    const response = await server.fetch(path, {
      method: "POST",
      body: "s3cret",
      headers: { authorization: "Bearer s3cret", cookie: "id=s3cret" },
    });
    await response.body?.cancel();
  }
  const lines = logs.lines.filter((line) => /(GET|POST) \//.test(line));
  assert.equal(lines.length, 3);
  assert.match(
    lines[0]!,
    /^caryatid\.rest-server: POST \/a: 200 in [\d.]+ ms$/,
  );
  assert.match(lines[1]!, /POST \/b: 500 \[HANDLER_FAILED\] .*broken/);
  assert.match(lines[2]!, /POST \/c: 404 in [\d.]+ ms$/);
  const all = JSON.stringify(logs.records);
  assert(!all.includes("s3cret"), all);
});
