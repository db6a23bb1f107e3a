import assert from "node:assert/strict";
import { type ConfigError, formatProblem } from "./config_error.ts";
import { DEFAULT_LIMITS } from "./code_keys.ts";
import type { ProcessConfig } from "./process_config.ts";
import { type ConfigInput, readConfig } from "./read_config.ts";

Deno.test("readConfig() gives defaults to an empty configuration", async () => {
  const { place: _, ...config } = await read("");
  assert.deepEqual(plain(config), {
    modules: [],
    processes: [],
    buses: [{
      id: "memory",
      className: "in-memory",
      isolation: "none",
      jail: "auto",
      limits: { ...DEFAULT_LIMITS },
      path: ["message-bus", "memory"],
      settings: {},
    }],
    routes: [{ pattern: "#", buses: ["memory"] }],
    envPrefix: "CARYATID",
    variables: [],
    merged: {},
    requestTimeout: 5000,
    startupMessage: null,
    startDeadline: 30_000,
    stopDeadline: 10_000,
    log: { level: "info", format: "pretty", levels: {} },
    notices: [],
  });
});

Deno.test("readConfig() reads all of the process's own keys", async () => {
  const config = await read(`
    [global.startup]
    topic = "cardano.start"
    [lifecycle]
    start-deadline = 0
    stop-deadline = 2.5
    [log]
    level = "warn"
    format = "json"
    levels = { clock = "debug" }
    [module.clock]
    [message-router]
    request-timeout = 0.25
    [monitor]
    output = "monitor.json"
    topic = "monitor"
    frequency_secs = 2
  `);
  assert.equal(config.startupTopic, "cardano.start");
  assert.equal(config.startDeadline, 0);
  assert.equal(config.stopDeadline, 2500);
  assert.equal(config.requestTimeout, 250);
  assert.deepEqual(plain(config.log), {
    level: "warn",
    format: "json",
    levels: { clock: "debug" },
  });
  assert.deepEqual(config.monitor, {
    output: "monitor.json",
    topic: "monitor",
    frequency: 2000,
    openTelemetry: false,
    control: [],
  });
});

Deno.test("readConfig() accepts frequency-secs instead of Rust's frequency_secs", async () => {
  const { monitor } = await read("[monitor]\nfrequency-secs = 0.5");
  assert.equal(monitor?.frequency, 500);
});

Deno.test("readConfig() distinguishes an empty [monitor], with Rust's default frequency, from a missing one", async () => {
  assert.deepEqual((await read("[monitor]")).monitor, {
    output: undefined,
    topic: undefined,
    frequency: 5000,
    openTelemetry: false,
    control: [],
  });
  assert.equal((await read("")).monitor, undefined);
});

Deno.test("readConfig() reports problems in [monitor], with the nearest known key", async () => {
  const text = `
    [monitor]
    output = ""
    topic = "a.#"
    frequency_secs = 0
    ouput = "monitor.json"
  `;
  await assert.rejects(read(text), (error: ConfigError) => {
    const lines = error.problems.map(formatProblem).join("\n");
    assert.match(lines, /monitor\.output: found ""; expected text/);
    assert.match(lines, /monitor\.topic: found the wildcard "#"/);
    assert.match(lines, /monitor\.frequency_secs: found 0; expected seconds/);
    assert.match(lines, /monitor\.ouput: found an unknown key.*"output"/);
    return error.code === "INVALID_CONFIG";
  });
});

Deno.test("readConfig() takes text, an object, and several of them, later ones over earlier ones", async (t) => {
  await t.step("an object is read like text", async () => {
    const text = await read('[module.a]\nx = 1\n[message-bus.b]\nclass = "c"');
    const object = await read({
      module: { a: { x: 1 } },
      "message-bus": { b: { class: "c" } },
    });
    assert.deepEqual(plain(object), plain(text));
  });

  await t.step("tables merge, arrays and values are replaced", async () => {
    const config = await read([
      "[module.a]\nlist = [1, 2]\nt = { x = 1, y = 1 }",
      { module: { a: { list: [3], t: { y: 2 } } } },
      "[module.b]",
    ]);
    assert.deepEqual(plain(config.modules[0]!.section), {
      list: [3],
      t: { x: 1, y: 2 },
    });
    assert.deepEqual(config.modules.map(({ id }) => id), ["a", "b"]);
  });

  await t.step("an empty list is an empty configuration", async () => {
    assert.deepEqual(plain(await read([])), plain(await read("")));
  });

  await t.step("a later change of an object has no effect", async () => {
    const object = { module: { a: { list: [1] } } };
    const config = await read(object);
    object.module.a.list.push(2);
    assert.deepEqual(plain(config.modules[0]!.section), { list: [1] });
  });
});

Deno.test("place() names the source, line and column of the value that applies", async () => {
  const config = await readConfig([
    '[module.a]\ntopic = "x"\n\n[module.b]\n',
    '# over it\n[module.a]\n  topic = "y"\n',
  ], { env: { CARYATID_MODULE__A__EVERY: "3" } });
  const at = async (...key: string[]) => {
    const place = await config.place(key);
    return place && [place.source, place.line, place.column];
  };
  assert.deepEqual(await at("module", "a", "topic"), ["<config 2>", 3, 3]);
  assert.deepEqual(await at("module", "a"), ["<config 1>", 1, 9]);
  assert.deepEqual(await at("module", "b", "missing"), ["<config 1>", 4, 9]);
  assert.deepEqual(await at("module", "a", "every"), [
    "environment CARYATID_MODULE__A__EVERY",
    undefined,
    undefined,
  ]);
});

Deno.test("readConfig() rejects with ABORTED when its signal has fired", async () => {
  const reason = new Error("enough");
  const signal = AbortSignal.abort(reason);
  await assert.rejects(readConfig("", { env: {}, signal }), {
    code: "ABORTED",
    cause: reason,
  });
});

function read(
  input: ConfigInput | readonly ConfigInput[],
): Promise<ProcessConfig> {
  return readConfig(input, { env: {} });
}

/**
 * Returns a copy with ordinary prototypes, without undefined values and
 * functions.
 */
function plain(value: unknown): unknown {
  return JSON.parse(JSON.stringify(value));
}
