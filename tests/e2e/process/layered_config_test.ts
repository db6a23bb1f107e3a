import { Process } from "@caryatid/process";
import { type Context, defineModule, type Module } from "@caryatid/sdk";
import { defineBus, InMemoryBus } from "@caryatid/sdk/bus";
import assert from "node:assert/strict";
import { pathToFileURL } from "node:url";
import { z } from "zod";

// The shape of the configuration of the largest user of Rust Caryatid: a base
// file, an override file for a network, and variables with its own prefix.
const BASE = `
[global.startup]
network-name = "mainnet"
sync-mode = "mithril"
block-flow-mode = "direct"
topic = "chain.sequence.start"

[global.database]
path = "./data"
pool = { size = 4, wait = 1.5 }

[module.genesis-bootstrapper]
[module.snapshot-fetcher]
aggregator-url = "https://aggregator.example/mainnet"
download-max-age = "never"
[module.peer-network]
node-addresses = ["a.example:3001", "b.example:3001"]
[module.consensus]
validators = []
[module.block-unpacker]
[module.tx-unpacker]
publish-topic = "chain.utxo.deltas"
startup.sync-mode = "upstream"
[module.utxo-state]
store = "memory"
[module.spo-state]
store-history = false
[module.drep-state]
[module.governance-state]
[module.parameters-state]
[module.stake-filter]
cache-mode = "predefined"
[module.epochs-state]
[module.accounts-state]
database.pool.size = 8
[module.assets-state]
[module.address-state]
[module.history-1]
class = "history"
[module.history-2]
class = "history"

[message-bus.external]
class = "recording"
url = "amqp://user:s3cret@broker.example/"

[message-bus.internal]
class = "in-memory"

[[message-router.route]]
pattern = "chain.sequence.#"
bus = ["internal"]

[[message-router.route]]
pattern = "#"
bus = ["external", "internal"]
`;
const OVERRIDE = `
[global.startup]
network-name = "preview"

[module.peer-network]
node-addresses = ["preview.example:3001"]

[module.snapshot-fetcher]
aggregator-url = "https://aggregator.example/preview"
`;
const ENV = {
  ACROPOLIS_GLOBAL__STARTUP__SYNC_MODE: "snapshot",
  ACROPOLIS_GLOBAL__DATABASE__POOL__WAIT: "3",
  ACROPOLIS_MODULE__UTXO_STATE__STORE: "fjall",
  ACROPOLIS_LOG__LEVEL: "error",
  CARYATID_MODULE__UTXO_STATE__STORE: "ignored",
};
const GUEST = new URL(
  "../../../process/isolation/testing/guests/strict.ts",
  import.meta.url,
);

const recording = defineBus({
  name: "recording",
  config: z.object({ url: z.string() }),
  create: () => new InMemoryBus(),
});

/** Modules of the configuration, and what each of them received. */
class Fleet {
  readonly sections = new Map<string, unknown>();
  readonly contexts = new Map<string, Context>();
  readonly started: string[] = [];

  /** Returns a module without a schema for each class except `named`. */
  modules(named: Readonly<Record<string, z.ZodType>> = {}): Module[] {
    const classes = [...BASE.matchAll(/^\[module\.([a-z-]+)\]/gm)]
      .map(([, name]) => name!);
    return [...classes, "history"].map((name) =>
      defineModule({
        name,
        ...named[name] && { config: named[name] },
        init: (context: Context, config: unknown) => {
          this.sections.set(context.id, config);
          this.contexts.set(context.id, context);
          const startup = (config as Record<string, unknown>)["startup"];
          const { topic } = startup as { topic: string };
          context.consume(topic, () => void this.started.push(context.id));
        },
      } as never)
    );
  }
}

/** Writes the two files. */
async function writeFiles(base = BASE, override = OVERRIDE) {
  const folder = await Deno.makeTempDir({ prefix: "caryatid_layers_" });
  const urls = await Promise.all(
    [["base", base], ["preview", override]].map(async ([name, text]) => {
      const path = `${folder}/${name}.toml`;
      await Deno.writeTextFile(path, text!);
      return pathToFileURL(path);
    }),
  );
  const remove = () => Deno.remove(folder, { recursive: true });
  return { urls, [Symbol.asyncDispose]: remove };
}

/** Returns a copy with ordinary objects, for comparisons. */
function plain(value: unknown): unknown {
  return JSON.parse(JSON.stringify(value));
}

Deno.test("[global] tables, layers and a prefix configure 18 modules", async (t) => {
  await using files = await writeFiles();
  const fleet = new Fleet();
  const modules = fleet.modules({
    // strict: it knows two keys of [global.startup], and none of the database
    "tx-unpacker": z.strictObject({
      "publish-topic": z.string(),
      startup: z.strictObject({ topic: z.string(), "sync-mode": z.string() }),
    }),
    "drep-state": z.object({ startup: z.object({ topic: z.string() }) }),
  });
  await using process = await Process.create({
    config: files.urls,
    env: ENV,
    envPrefix: "ACROPOLIS",
    modules,
    buses: [recording],
  });
  await process.start();
  const section = (id: string) => plain(fleet.sections.get(id));
  const startup = {
    "network-name": "preview",
    "sync-mode": "snapshot",
    "block-flow-mode": "direct",
    topic: "chain.sequence.start",
  };
  const database = { path: "./data", pool: { size: 4, wait: 3 } };

  await t.step("every module receives the tables of [global]", () => {
    assert.equal(fleet.sections.size, 18);
    for (const id of ["genesis-bootstrapper", "history-1", "history-2"]) {
      assert.deepEqual(section(id), { startup, database });
    }
  });

  await t.step(
    "keys of a module win, and the files and variables merge",
    () => {
      assert.deepEqual(section("utxo-state"), {
        startup,
        database,
        store: "fjall",
      });
      assert.deepEqual(section("accounts-state"), {
        startup,
        database: { path: "./data", pool: { size: 8, wait: 3 } },
      });
      assert.deepEqual(section("peer-network"), {
        startup,
        database,
        "node-addresses": ["preview.example:3001"],
      });
    },
  );

  await t.step("a schema receives only keys of [global] that it knows", () => {
    assert.deepEqual(section("tx-unpacker"), {
      "publish-topic": "chain.utxo.deltas",
      startup: { topic: "chain.sequence.start", "sync-mode": "upstream" },
    });
    assert.deepEqual(section("drep-state"), {
      startup: { topic: "chain.sequence.start" },
    });
  });

  await t.step("the startup message reaches every module", async () => {
    await process.stop();
    assert.equal(fleet.started.length, 18);
  });

  await t.step("processConfig has all tables but [message-bus], frozen", () => {
    const { processConfig } = fleet.contexts.get("history-2")!;
    assert.deepEqual(
      Object.keys(processConfig).sort(),
      ["global", "log", "message-router", "module"],
    );
    assert.doesNotMatch(JSON.stringify(processConfig), /s3cret/);
    const { global, module } = plain(processConfig) as Record<
      string,
      Record<string, unknown>
    >;
    assert.deepEqual(global, { startup, database });
    assert.equal(Object.keys(module!).length, 18);
    assert.deepEqual(module!["history-2"], { class: "history" });
    assert.equal(process.context.processConfig, processConfig);
    assertFrozen(processConfig);
  });
});

Deno.test("an isolated module sees [global] and its own section of processConfig only", async () => {
  await using files = await writeFiles();
  await using process = await Process.create({
    config: [
      ...files.urls,
      {
        module: {
          guest: {
            import: GUEST.href,
            isolation: "worker",
            word: "hi",
            permissions: {
              ...{ publish: ["#"], subscribe: ["#"] },
              ...{ request: ["#"], handle: ["#"] },
            },
            limits: { "start-deadline": 60 },
          },
        },
      },
    ],
    env: ENV,
    envPrefix: "ACROPOLIS",
    modules: new Fleet().modules(),
    buses: [recording],
  });
  await process.start();
  const { tables } = await process.context.request("strict.process", null) as {
    tables: Record<string, Record<string, unknown>>;
  };
  assert.deepEqual(Object.keys(tables), ["global", "module"]);
  assert.deepEqual(Object.keys(tables["module"]!), ["guest"]);
  assert.deepEqual(
    plain(tables["global"]),
    plain(process.context.processConfig["global"]),
  );
});

Deno.test("swapped code sees the configuration that it was swapped with", async () => {
  const seen: unknown[] = [];
  const module = defineModule({
    name: "m",
    init(context) {
      seen.push(plain(context.processConfig["global"]));
    },
  });
  const layer = (mode: string) => ({
    global: { startup: { mode } },
    log: { level: "error" },
    module: { m: {} },
  });
  await using process = await Process.create({
    config: layer("old"),
    env: {},
    modules: [module],
    swappable: true,
  });
  await process.start();
  await process.swap("m", module, { config: layer("new") });
  assert.deepEqual(seen, [
    { startup: { mode: "old" } },
    { startup: { mode: "new" } },
  ]);
});

Deno.test("a layer may replace a value by a table, and a table by a value", async () => {
  const config = [
    '[global]\na = 1\nb = { x = 1 }\n[module.m]\n[module.n]\nb = "own"\na = { own = 1 }',
    "[global]\na = { y = 2 }\nb = 2",
  ];
  const sections = new Map<string, unknown>();
  const module = defineModule({
    name: "m",
    init(context, section) {
      sections.set(context.id, plain(section));
    },
  });
  const log = { log: { level: "error" }, module: { n: { class: "m" } } };
  await using process = await Process.create({
    config: [...config, log],
    env: {},
    modules: [module],
  });
  await process.start();
  assert.deepEqual(sections.get("m"), { a: { y: 2 }, b: 2 });
  assert.deepEqual(sections.get("n"), { a: { y: 2, own: 1 }, b: "own" });
});

Deno.test("hostile layers are refused by name", async (t) => {
  await using files = await writeFiles();
  const cases: [config: string, env: Record<string, string>, text: RegExp][] = [
    [
      "[global.startup]\n__proto__ = { polluted = true }",
      {},
      /Cannot use global\.startup\.__proto__: found a key that no configuration may have/,
    ],
    [
      "[global]\nstartup = 5",
      {},
      /Cannot use global\.startup: found 5; expected a table/,
    ],
    [
      "",
      { ACROPOLIS_GLOBAL__STARTUP: "mainnet" },
      /environment ACROPOLIS_GLOBAL__STARTUP: .*found a value over a table/,
    ],
    [
      "",
      { ACROPOLIS_GLOBAL__STARTUP__TOPIC__X: "1" },
      /ACROPOLIS_GLOBAL__STARTUP__TOPIC__X: .*found a table over a value/,
    ],
    [
      "",
      { ACROPOLIS_GLOBAL____PROTO____X: "1" },
      /environment ACROPOLIS_GLOBAL____PROTO____X: .*found an empty part/,
    ],
    [
      "",
      { "ACROPOLIS_GLOBAL.__PROTO__.X": "1" },
      /found the part "__proto__"; expected ACROPOLIS_<TABLE>__<KEY>/,
    ],
    [
      '[global.startup]\ntopic = "chain.#"',
      {},
      /Cannot use global\.startup\.topic: found the wildcard "#"/,
    ],
    [
      '[global]\nclass = "history"',
      {},
      /Cannot use global\.class: found a key that holds for one module/,
    ],
  ];
  for (const [layer, env, message] of cases) {
    await t.step(layer || Object.keys(env)[0]!, async () => {
      await assert.rejects(
        Process.create({
          config: [...files.urls, layer],
          env,
          envPrefix: "ACROPOLIS",
          modules: new Fleet().modules(),
          buses: [recording],
        }),
        { code: "INVALID_CONFIG", message },
      );
    });
  }
  await t.step("a wrong prefix", async () => {
    await assert.rejects(
      Process.create({ config: files.urls, envPrefix: "acropolis" }),
      { code: "INVALID_OPTION", message: /found "acropolis"/ },
    );
  });
  assert.equal(({} as Record<string, unknown>)["polluted"], undefined);
});

function assertFrozen(value: unknown): void {
  if (typeof value !== "object" || value === null) return;
  assert(Object.isFrozen(value), JSON.stringify(value));
  for (const below of Object.values(value)) assertFrozen(below);
}
