import { Process } from "@caryatid/process";
import { defineModule, defineTopic } from "@caryatid/sdk";
import assert from "node:assert/strict";
import { z } from "zod";
import { CapturedLogs } from "../../process/testing/captured_logs.ts";
import { freePort } from "../../tests/broker/free_port.ts";
import dashboard from "./mod.ts";
import { measureUntil } from "../../sdk/testing/conformance/measure_until.ts";
import { DashboardProcess } from "./testing/dashboard_process.ts";
import { pageFiles } from "./testing/page_files.ts";

const slow = defineModule({
  name: "slow",
  init(context) {
    context.subscribe("work.#", { queueSize: 1 }); // and never reads
  },
});

Deno.test("page.json contains the files of page/; else run deno task dashboard:page", async () => {
  const { default: page } = await import("./page.json", {
    with: { type: "json" },
  });
  assert.deepEqual(Object.entries(page), Object.entries(await pageFiles()));
});

Deno.test("the page loads scripts and styles of its server only", async () => {
  await using subject = await DashboardProcess.start();
  const response = await subject.get("/");
  const policy = response.headers.get("content-security-policy")!;
  assert.match(
    policy,
    /default-src 'none'; script-src 'self'; style-src 'self'/,
  );
  assert.match(policy, /require-trusted-types-for 'script'/);
  const html = await response.text();
  assert.doesNotMatch(html, /<script>|<style>| on\w+=| style=|https?:/);
  for (const [, path] of html.matchAll(/(?:href|src)="([^"]+)"/g)) {
    const file = await subject.get(path!);
    assert.equal(file.status, 200, path);
    assert((await file.text()).length > 0);
  }
  const missing = await subject.get("/page/mod.ts");
  assert.equal(missing.status, 404);
  await missing.body?.cancel();
});

Deno.test("the stream names a stuck module and who waits for it within 2 s", async () => {
  const took = await measureUntil((took) => took < 2_000, timeUntilStuck);
  assert(took < 2_000, `${took} ms`);
});

/** Returns the time until a stuck module is in the stream, in milliseconds. */
async function timeUntilStuck(): Promise<number> {
  await using subject = await DashboardProcess.start([slow]);
  const page = await subject.page();
  const first = await page.next("state", ({ modules }) => modules.length === 2);
  assert.deepEqual(first.chains, []);
  const { context } = subject.process;
  await context.publish("work.a", 1);
  const began = performance.now();
  const waits = context.publish("work.a", 2).catch(() => {});
  const state = await page.next("state", ({ chains }) => chains.length > 0);
  const took = performance.now() - began;
  const [chain] = state.chains;
  const { id } = state.processes[0];
  assert.deepEqual(chain.path, [`${id}/process`, `${id}/slow`]);
  assert.deepEqual([chain.pattern, chain.isCycle], ["work.#", false]);
  const row = state.modules.find(({ id }: { id: string }) => id === "slow");
  assert.deepEqual([row.role, row.queued], ["stuck", 1]);
  const [edge] = state.graph.edges.filter(({ role }: { role?: string }) =>
    role === "stuck"
  );
  assert.equal(edge.to, `${id}/slow`);
  await subject.process.stop();
  await waits;
  return took;
}

Deno.test("a tail shows some messages of each interval and counts all that it leaves out or filters", async () => {
  await using subject = await DashboardProcess.start();
  const page = await subject.page("?tail=a.%23&filter=yes");
  const { context } = subject.process;
  let published = 0;
  const publish = async (count: number) => {
    for (let n = 0; n < count; n++, published++) {
      await context.publish(`a.${n}`, n % 2 ? { yes: n } : { no: n });
    }
  };
  await publish(1_000);
  const batch = await page.next("tail");
  assert(batch.rows.length > 0 && batch.rows.length <= 25);
  const [first] = batch.rows;
  assert.deepEqual([first.topic, first.text], ["a.1", '{"yes":1}']);
  let shown = batch.rows.length;
  let last = batch;
  while (shown + last.left + last.filtered < published) {
    last = await page.next("tail");
    shown += last.rows.length;
  }
  assert.equal(shown + last.left + last.filtered, published);
  await context.publish("b.1", "yes"); // not of the pattern
  await context.publish("a.1", "yes");
  const next = await page.next("tail");
  assert.deepEqual(next.rows.map(({ text }: { text: string }) => text), [
    '"yes"',
  ]);
});

Deno.test("a page cannot watch an invalid pattern", async () => {
  await using subject = await DashboardProcess.start();
  const response = await subject.get(`/events?tail=${"a".repeat(300)}`);
  assert.equal(response.status, 422);
  assert.equal((await response.json()).code, "INVALID_TOPIC");
});

Deno.test("/metrics has the counts of all processes, whatever else is published on the topic", async () => {
  await using subject = await DashboardProcess.start([slow]);
  const { context } = subject.process;
  await context.publish("work.a", 1);
  await context.publish("caryatid.monitor.snapshot", {
    modules: { a: { reads: 1 } },
    process: { id: "hostile", modules: [null] },
  });
  let text = "";
  while (!text.includes('topic="work.a"')) {
    const response = await subject.get("/metrics");
    assert.equal(response.status, 200);
    text = await response.text();
  }
  assert.match(text, /^# TYPE caryatid_\w+ counter$/m);
});

Deno.test("100 pages at once receive the same state, and max-pages limits them", async () => {
  await using subject = await DashboardProcess.start([], { "max-pages": 100 });
  const pages = await Promise.all(
    Array.from({ length: 100 }, () => subject.page()),
  );
  assert(pages.every(({ status }) => status === 200));
  const refused = await subject.get("/events");
  assert.equal(refused.status, 503);
  await refused.body?.cancel();
  const states = await Promise.all(
    pages.map((page) =>
      page.next("state", ({ modules }) => modules.length > 0)
    ),
  );
  assert.equal(states.length, 100);
  await pages[0]!.close();
  let status = 503;
  while (status === 503) {
    const page = await subject.page();
    status = page.status;
  }
  assert.equal(status, 200);
});

Deno.test("a page that stops reading costs no publisher and only its bounded queue", async () => {
  await using subject = await DashboardProcess.start();
  const page = await subject.page("?tail=%23");
  await page.next("state");
  const { context, monitor } = subject.process;
  const message = "x".repeat(1_000);
  for (let n = 0; n < 100_000; n++) {
    await context.publish(`topic.${n}`, message);
  }
  // The page could have taken more until the next snapshot.
  for await (const _ of context.subscribe("caryatid.monitor.snapshot")) break;
  const { modules } = monitor.snapshot();
  const reads = modules["dashboard"]!.reads["#"]!;
  const { writes } = modules["process"]!;
  assert(reads.unread <= 25, `${reads.unread} queued`);
  assert(reads.read < 1_000, `${reads.read} read`);
  assert.equal(Object.keys(writes).length, 1_001); // and the name of all others
  const state = await page.next(
    "state",
    ({ graph }) => graph.topics.length > 0,
  );
  assert(JSON.stringify(state).length < 200_000);
});

Deno.test("requests by another host name, of another origin or without JSON are refused", async () => {
  await using subject = await DashboardProcess.start([], {
    allow: ["publish"],
  });
  const { port } = new URL(subject.url);
  const json = { "content-type": "application/json" };
  const body = '{"topic":"a","message":1}';
  const cases: [
    what: string,
    headers: Record<string, string>,
    status: number,
  ][] = [
    ["its own page", { ...json, origin: subject.url }, 204],
    ["no page", json, 204],
    ["another origin", { ...json, origin: "http://evil.example" }, 403],
    ["another port", { ...json, origin: "http://127.0.0.1:1" }, 403],
    ["an opaque origin", { ...json, origin: "null" }, 403],
    ["another site", { ...json, "sec-fetch-site": "cross-site" }, 403],
    ["a form", { "content-type": "text/plain" }, 415],
    ["a rebound name", { ...json, host: `evil.example:${port}` }, 421],
    ["localhost", { ...json, host: `localhost:${port}` }, 204],
  ];
  for (const [what, headers, status] of cases) {
    const answer = await rawPost(Number(port), "/api/publish", headers, body);
    assert.equal(answer, status, what);
  }
});

/** Posts with any header: `fetch` does not send all of them. */
async function rawPost(
  port: number,
  path: string,
  headers: Record<string, string>,
  body: string,
): Promise<number> {
  using connection = await Deno.connect({ hostname: "127.0.0.1", port });
  const all = {
    host: `127.0.0.1:${port}`,
    "content-length": String(body.length),
    connection: "close",
    ...headers,
  };
  const lines = Object.entries(all).map(([name, value]) => `${name}: ${value}`);
  const text = [`POST ${path} HTTP/1.1`, ...lines, "", body].join("\r\n");
  await connection.write(new TextEncoder().encode(text));
  const buffer = new Uint8Array(1024);
  const length = await connection.read(buffer);
  const answer = new TextDecoder().decode(buffer.subarray(0, length ?? 0));
  return Number(/^HTTP\/1.1 (\d+)/.exec(answer)?.[1]);
}

Deno.test("with a token, only the page itself is open to all", async () => {
  const folder = await Deno.makeTempDir();
  const file = `${folder}/token`;
  await Deno.writeTextFile(file, "s3cret-token\n");
  {
    await using subject = await DashboardProcess.start([], {
      "token-file": file,
    });
    const status = async (path: string, headers = {}) => {
      const response = await subject.get(path, { headers });
      await response.body?.cancel();
      return response.status;
    };
    const right = { authorization: "Bearer s3cret-token" };
    assert.equal(await status("/"), 200);
    for (const path of ["/events", "/api/traces", "/metrics"]) {
      assert.equal(await status(path), 401, path);
      assert.equal(
        await status(path, { authorization: "Bearer s3cret-tokem" }),
        401,
      );
      assert.equal(await status(path, right), 200, path);
    }
    const wrong = await subject.post("/login", { token: "wrong" });
    assert.equal(wrong.status, 401);
    await wrong.body?.cancel();
    const login = await subject.post("/login", { token: "s3cret-token" });
    const cookie = login.headers.get("set-cookie")!;
    assert.match(cookie, /HttpOnly/);
    assert.match(cookie, /SameSite=Strict/);
    assert.equal(
      await status("/api/traces", { cookie: cookie.split(";")[0]! }),
      200,
    );
  }
  await Deno.remove(folder, { recursive: true });
});

Deno.test("an address that other machines reach needs a token", async () => {
  const process = await Process.create({
    config: {
      module: { dashboard: { address: "0.0.0.0" } },
      log: { level: "error" },
    },
    modules: [dashboard],
    env: {},
  });
  await assert.rejects(process.start(), {
    code: "INVALID_CONFIG",
    message: /other machines reach, without a token/,
  });
});

Deno.test("dead letters are listed, and replayed or dropped only if allow names it and with a filter", async () => {
  await using subject = await DashboardProcess.start([], { allow: ["drop"] });
  const list = await subject.get("/api/dead-letters");
  assert.equal(list.status, 422); // the bus in memory keeps none
  assert.equal((await list.json()).code, "INVALID_CONFIG");
  const replay = await subject.post("/api/dead-letters/replay", { id: "1" });
  assert.equal((await replay.json()).code, "FORBIDDEN");
  const drop = await subject.post("/api/dead-letters/drop", {});
  assert.equal((await drop.json()).code, "INVALID_OPTION");
});

Deno.test("a page pauses a module if allow and the monitor of its process permit it", async () => {
  const pausable = { config: { monitor: { control: ["pause"] } } };
  const pause = async (subject: DashboardProcess, isPaused: boolean) => {
    const page = await subject.page();
    const { processes: [{ id }] } = await page.next(
      "state",
      ({ processes }) => processes.length > 0,
    );
    const action = isPaused ? "pause" : "resume";
    const body = { process: id, module: "slow", action };
    const response = await subject.post("/api/control", body);
    const { code } = await response.json();
    return response.ok ? "" : code;
  };
  {
    await using subject = await DashboardProcess.start([slow], {}, pausable);
    assert.equal(await pause(subject, true), "FORBIDDEN");
  }
  {
    await using subject = await DashboardProcess.start([slow], {
      allow: ["pause"],
    });
    assert.equal(await pause(subject, true), "FORBIDDEN");
  }
  await using subject = await DashboardProcess.start([slow], {
    allow: ["pause"],
  }, pausable);
  for (const isPaused of [true, false]) {
    assert.equal(await pause(subject, isPaused), "");
    const { modules } = subject.process.monitor.snapshot().process!;
    assert.equal(modules["slow"]?.paused, isPaused);
  }
});

Deno.test("a page restarts a module, and receives the reason of a refusal", async () => {
  let starts = 0;
  const counted = defineModule({
    name: "counted",
    init: () => void starts++,
  });
  await using subject = await DashboardProcess.start([counted], {
    allow: ["restart", "swap"],
  }, { config: { monitor: { control: ["restart"] } } });
  const page = await subject.page();
  const { processes: [{ id, control }] } = await page.next(
    "state",
    ({ processes }) => processes.length > 0,
  );
  assert.deepEqual(control, ["restart"]);
  const order = async (action: string, process = id) => {
    const body = { process, module: "counted", action };
    const response = await subject.post("/api/control", body);
    return await response.json();
  };
  assert((await order("restart")).milliseconds >= 0);
  assert.equal(starts, 2);
  const swap = await order("swap");
  assert.equal(swap.code, "FORBIDDEN");
  assert.match(swap.message, /^Cannot swap module "counted": .*Add "swap" to/);
  assert.equal((await order("explode")).code, "INVALID_OPTION");
  assert.equal((await order("restart", "x.#")).code, "INVALID_OPTION");
  assert.equal((await order("restart", "00000000")).code, "NO_HANDLER");
});

Deno.test("a page receives the JSON Schemas of typed topics if it may send", async () => {
  const order = defineTopic("order.*", z.object({ sku: z.string() }));
  const price = defineTopic("price.of", z.string(), { answer: z.number() });
  const shop = defineModule({
    name: "shop",
    init(context) {
      context.subscribe(order);
      context.handle(price, () => 7);
      context.subscribe("untyped");
      context.subscribe(defineTopic("any", z.any()));
    },
  });
  {
    await using subject = await DashboardProcess.start([shop]);
    const response = await subject.get("/api/topics");
    assert.equal((await response.json()).code, "FORBIDDEN");
  }
  await using subject = await DashboardProcess.start([shop], {
    allow: ["publish"],
  });
  const page = await subject.page();
  await page.next("state", ({ processes }) => processes.length > 0);
  // another program answers with something else
  await subject.process.context.publish("caryatid.monitor.snapshot", {
    modules: {},
    timestamp_ms: Date.now(),
    process: { id: "0badc0de", name: "hostile" },
  });
  subject.process.context.handle("caryatid.control.0badc0de", () => ({
    topics: [null, 7, { module: "x", pattern: "x", schema: [] }],
  }));
  await page.next("state", ({ processes }) => processes.length === 2);
  const { topics } = await (await subject.get("/api/topics")).json();
  const all = { process: "process", module: "shop" };
  assert.deepEqual(topics, [
    {
      ...all,
      pattern: "order.*",
      isRequest: false,
      schema: {
        type: "object",
        properties: { sku: { type: "string" } },
        required: ["sku"],
      },
    },
    {
      ...all,
      pattern: "price.of",
      isRequest: true,
      schema: { type: "string" },
    },
  ]);
});

Deno.test("a request of more than 1 MiB is refused with 413", async () => {
  await using subject = await DashboardProcess.start([], {
    allow: ["publish"],
  });
  const message = "x".repeat(1024 * 1024);
  const response = await subject.post("/api/publish", { topic: "a", message });
  assert.equal(response.status, 413);
  await response.body?.cancel();
});

Deno.test("a page publishes and requests only if allow names it", async () => {
  const echo = defineModule({
    name: "echo",
    init: (context) => void context.handle("echo", ({ message }) => message),
  });
  {
    await using subject = await DashboardProcess.start([echo]);
    for (const path of ["/api/publish", "/api/request"]) {
      const response = await subject.post(path, { topic: "echo", message: 1 });
      assert.equal(response.status, 422);
      assert.equal((await response.json()).code, "FORBIDDEN");
    }
  }
  await using subject = await DashboardProcess.start([echo], {
    allow: ["publish", "request"],
  });
  const answer = await subject.post("/api/request", {
    topic: "echo",
    message: { a: [1] },
  });
  assert.equal((await answer.json()).answer, '{"a":[1]}');
  const none = await subject.post("/api/request", {
    topic: "none",
    message: 1,
  });
  assert.equal((await none.json()).code, "NO_HANDLER");
  const broken = await subject.get("/api/publish", {
    method: "POST",
    headers: { "content-type": "application/json" },
    body: "{",
  });
  assert.equal(broken.status, 422);
  await broken.body?.cancel();
});

Deno.test("a dashboard with several ports listens at the first that is free, and one with a port in use fails", async () => {
  using logs = new CapturedLogs();
  using listener = Deno.listen({ hostname: "127.0.0.1", port: 0 });
  const taken = (listener.addr as Deno.NetAddr).port;
  const create = (port: number | number[]) =>
    Process.create({
      config: { module: { dashboard: { port } } },
      modules: [dashboard],
      env: {},
    });
  const free = freePort();
  await using process = await create([taken, free]);
  await process.start();
  const [record] = await logs.until("caryatid.dashboard", 1);
  assert.equal(record!.properties["url"], `http://127.0.0.1:${free}`);
  const failing = await create(taken);
  const { error } = await failing.run();
  assert.match(String((error as Error).cause), /the port is taken/);
  Deno.exitCode = 0; // it was that of the process under test
});
