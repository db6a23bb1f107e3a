import assert from "node:assert/strict";
import { Process } from "@caryatid/process";
import { createRestServer, handleRoute } from "../mod.ts";

const TOKEN = "a-token-that-is-long-enough-for-anybody";

/** Starts a process with a server, and calls `use` with its URL. */
async function withServer(
  section: Record<string, unknown>,
  use: (url: string, process: Process) => Promise<void>,
): Promise<void> {
  let url = "";
  await using process = await Process.create({
    config: {
      module: { "rest-server": { port: 0, ...section } },
      monitor: {},
      log: { level: "error" },
    },
    modules: [createRestServer({ onListen: (at) => url = at.url })],
    env: {},
  });
  handleRoute(process.context, "GET /hello", () => "hello");
  await process.start();
  await use(url, process);
}

Deno.test("metrics answers with the counts of the process in the text format of Prometheus", async () => {
  await withServer({ metrics: "/metrics" }, async (url, process) => {
    await process.context.publish('odd"topic', 1);
    await (await fetch(`${url}/hello`)).text();
    const response = await fetch(`${url}/metrics`);
    assert.equal(response.status, 200);
    assert.equal(
      response.headers.get("content-type"),
      "text/plain; version=0.0.4; charset=utf-8",
    );
    const { id } = process.monitor.snapshot().process!;
    const lines = (await response.text()).split("\n");
    const labels = `process="process",instance_id="${id}"`;
    for (
      const line of [
        `caryatid_messages_published_total{${labels},module="process",topic="odd\\"topic"} 1`,
        `caryatid_requests_total{${labels},module="rest-server",topic="rest.get.hello"} 1`,
        `caryatid_request_duration_seconds_count{${labels},module="rest-server",topic="rest.get.hello"} 1`,
        `caryatid_requests_handled_total{${labels},module="process",pattern="rest.get.hello"} 1`,
        `caryatid_module_running{${labels},module="rest-server"} 1`,
        `caryatid_process_ready{${labels}} 1`,
      ]
    ) assert(lines.includes(line), line);
  });
});

Deno.test("metrics needs the token of the server", async () => {
  const file = await Deno.makeTempFile();
  await Deno.writeTextFile(file, `${TOKEN}\n`);
  const auth = { "tokens-file": file };
  await withServer({ metrics: "/metrics", auth }, async (url) => {
    const refused = await fetch(`${url}/metrics`);
    await refused.body?.cancel();
    assert.equal(refused.status, 401);
    const headers = { authorization: `Bearer ${TOKEN}` };
    const response = await fetch(`${url}/metrics`, { headers });
    assert.match(await response.text(), /^# HELP caryatid_/);
  });
  await Deno.remove(file);
});

Deno.test("a server with metrics does not start in a process without [monitor]", async () => {
  await using process = await Process.create({
    config: {
      module: { "rest-server": { port: 0, metrics: "/metrics" } },
      log: { level: "error" },
    },
    modules: [createRestServer()],
    env: {},
  });
  await assert.rejects(process.start(), {
    code: "INIT_FAILED",
    message: /found no \[monitor\]/,
  });
});
