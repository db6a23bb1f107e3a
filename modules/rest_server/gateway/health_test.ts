import { Process } from "@caryatid/process";
import { defineModule } from "@caryatid/sdk";
import assert from "node:assert/strict";
import { createRestServer, handleRoute } from "../mod.ts";
import { statusOf } from "../testing/raw_client.ts";
import { RestProcess } from "../testing/rest_process.ts";

const HEALTH = { health: "/health" };

Deno.test("health answers 200 at its path once the process has started", async (t) => {
  await using server = await RestProcess.start(HEALTH);
  await t.step("GET", async () => {
    const response = await server.fetch("/health");
    assert.equal(response.status, 200);
    assert.equal(response.headers.get("cache-control"), "no-store");
    assert.deepEqual(await response.json(), { status: "up" });
  });
  await t.step("HEAD, without a body", async () => {
    const response = await server.fetch("/health", { method: "HEAD" });
    assert.equal(response.status, 200);
    assert.equal(await response.text(), "");
  });
  await t.step("with a query", async () => {
    const response = await server.fetch("/health?from=probe");
    assert.deepEqual(await response.json(), { status: "up" });
  });
  const others = [["POST", "/health", 405], ["GET", "/health/x", 404]] as const;
  for (const [method, path, status] of others) {
    await t.step(`${method} ${path} goes to the bus`, async () => {
      const response = await server.fetch(path, { method });
      assert.equal(response.status, status);
      await response.body?.cancel();
    });
  }
});

Deno.test("without the key the path goes to the bus", async () => {
  await using server = await RestProcess.start();
  const response = await server.fetch("/health");
  assert.equal(response.status, 404);
  await response.body?.cancel();
});

Deno.test("health needs no token, and does not count in any limit", async () => {
  const tokens = await Deno.makeTempFile();
  await Deno.writeTextFile(tokens, "a-token-that-is-long-enough-for-anybody\n");
  await using server = await RestProcess.start({
    ...HEALTH,
    auth: { "tokens-file": tokens },
    "rate-limit": { requests: 1, per: 60 },
  });
  for (let i = 0; i < 3; i++) {
    const response = await server.fetch("/health");
    assert.equal(response.status, 200);
    await response.body?.cancel();
  }
  const other = await server.fetch("/other");
  assert.equal(other.status, 401);
  await other.body?.cancel();
  await Deno.remove(tokens);
});

Deno.test("health answers 503 with Retry-After while a process starts", async () => {
  const listening = Promise.withResolvers<string>();
  const slow = Promise.withResolvers<void>();
  await using process = await Process.create({
    config: {
      module: { "rest-server": { port: 0, ...HEALTH }, slow: {} },
      log: { level: "error" },
    },
    modules: [
      createRestServer({ onListen: ({ url }) => listening.resolve(url) }),
      defineModule({ name: "slow", init: () => slow.promise }),
    ],
    env: {},
  });
  const started = process.start();
  const url = `${await listening.promise}/health`;
  const early = await fetch(url);
  assert.equal(early.status, 503);
  assert.equal(early.headers.get("retry-after"), "1");
  await early.body?.cancel();
  slow.resolve();
  await started;
  const late = await fetch(url);
  assert.equal(late.status, 200);
  await late.body?.cancel();
});

Deno.test("health has no answer from the moment that a process stops, while what is in flight is answered", async () => {
  const begun = Promise.withResolvers<void>();
  const release = Promise.withResolvers<void>();
  const server = await RestProcess.start(HEALTH, {
    routes: (context) =>
      handleRoute(context, "GET /slow", async () => {
        begun.resolve();
        await release.promise;
        return "done";
      }),
  });
  await using busy = await server.connect();
  const head = "HTTP/1.1\r\nHost: a\r\n\r\n";
  await busy.send(`GET /slow ${head}GET /health ${head}`);
  await begun.promise;
  const stopped = server.process.stop();
  await assert.rejects(server.connect());
  release.resolve();
  const answers = await busy.ended();
  await stopped;
  assert.equal(statusOf(answers), 200);
  assert.equal(answers.match(/^HTTP/gm)!.length, 1); // no second answer
});
