import assert from "node:assert/strict";
import type { ModuleConfig } from "./process_config.ts";
import { readConfig } from "./read_config.ts";

Deno.test("readConfig() merges [global] under each module: tables merge, arrays are replaced", async () => {
  const [clock, spy] = await modules(`
    [global]
    tags = ["a", "b"]
    db = { host = "h", pool = { size = 1 } }
    [global.startup]
    topic = "start"
    network-name = "mainnet"
    [module.clock]
    topic = "clock.tick"
    tags = ["c"]
    db = { port = 1, pool = { wait = 2 } }
    [module.spy]
  `);
  assert.deepEqual(plain(clock!.section), {
    tags: ["c"],
    db: { host: "h", pool: { size: 1, wait: 2 }, port: 1 },
    startup: { topic: "start", "network-name": "mainnet" },
    topic: "clock.tick",
  });
  assert.deepEqual([...clock!.globalKeys], [
    "db.host",
    "db.pool.size",
    "startup",
  ]);
  assert.deepEqual(plain(spy!.section), {
    tags: ["a", "b"],
    db: { host: "h", pool: { size: 1 } },
    startup: { topic: "start", "network-name": "mainnet" },
  });
  assert.deepEqual([...spy!.globalKeys], ["tags", "db", "startup"]);
});

Deno.test("modules share nothing of [global] that one of them could change", async () => {
  const [a, b] = await modules(
    "[global]\nt = { x = 1 }\nl = [{ x = 1 }]\n[module.a]\n[module.b]",
  );
  const { t, l } = a!.section as { t: { x: number }; l: { x: number }[] };
  t.x = l[0]!.x = 2;
  assert.deepEqual(plain(b!.section), { t: { x: 1 }, l: [{ x: 1 }] });
});

Deno.test("[global] gives no module a class, an import or a policy", async () => {
  await assert.rejects(
    modules('[global]\nclass = "x"\nimport = "./x.ts"\non-failure = "ignore"'),
    (error: Error) => {
      for (const key of ["class", "import", "on-failure"]) {
        assert(error.message.includes(
          `Cannot use global.${key}: ` +
            "found a key that holds for one module; expected it in [module.<id>]",
        ));
      }
      return true;
    },
  );
});

Deno.test("the class of a module is its id by default", async () => {
  const all = await modules(`
    [module.rest-server]
    [module.rest-server-2]
    class = "rest-server"
    on-failure = "restart"
    port = 4341
  `);
  assert.deepEqual(
    all.map((module) => [module.id, module.className, module.onFailure]),
    [
      ["rest-server", "rest-server", "fail"],
      ["rest-server-2", "rest-server", "restart"],
    ],
  );
  assert.deepEqual(plain(all[1]!.section), { port: 4341 });
});

Deno.test("modules are in the order of the file, also those with a number as id", async () => {
  const ids = async (...texts: string[]) =>
    (await modules(...texts)).map(({ id }) => id);
  assert.deepEqual(await ids("[module.b]\n[module.a]"), ["b", "a"]);
  assert.deepEqual(
    await ids("[module.b]\n[module.2]\n[module.10]\n[module.1]"),
    [
      "b",
      "2",
      "10",
      "1",
    ],
  );
  assert.deepEqual(
    await ids("[module.c]\n[module.9]", "[module.3]\n[module.c]"),
    [
      "c",
      "9",
      "3",
    ],
  );
});

Deno.test("a module's id may be any text but an empty one or one with control characters", async () => {
  const [odd] = await modules('[module."an odd, ünusual id."]');
  assert.equal(odd!.className, "an odd, ünusual id.");
  await assert.rejects(
    modules('[module.""]\n[module."a\\tb"]'),
    (error: Error) => {
      assert(error.message.includes(
        '<config>:1:9: Cannot use module."": ' +
          "found an empty id or one with control characters; expected a name",
      ));
      assert(error.message.includes('<config>:2:9: Cannot use module."a\\tb"'));
      return true;
    },
  );
});

Deno.test("F5 ids and keys like constructor are plain data", async () => {
  const [module] = await modules(
    '[module.constructor]\nconstructor = 1\ntoString = 2\n[log.levels]\nconstructor = "debug"',
  );
  assert.equal(module!.id, "constructor");
  assert.equal(module!.className, "constructor");
  assert.deepEqual(Object.entries(module!.section), [
    ["constructor", 1],
    ["toString", 2],
  ]);
});

Deno.test("dates reach a module unchanged", async () => {
  const [module] = await modules("[module.a]\nday = 2024-02-29\nat = 07:32:00");
  const { day, at } = module!.section as Record<string, Date>;
  assert.equal(day!.toISOString(), "2024-02-29");
  assert.equal(at!.toISOString(), "07:32:00.000");
});

Deno.test("an import is relative to the file that contains it", async () => {
  const dir = await Deno.makeTempDir();
  try {
    const base = new URL(`file://${dir}/base.toml`);
    const over = new URL(`file://${dir}/over.toml`);
    await Deno.writeTextFile(base, '[module.a]\nimport = "./a.ts"\n[module.b]');
    await Deno.writeTextFile(over, '[module.b]\nimport = "./b.ts"\n[module.a]');
    const { modules } = await readConfig([
      base,
      over,
      '[module.c]\nimport = "./c.ts"',
    ], { env: { CARYATID_MODULE__D__IMPORT: "./d.ts" } });
    assert.deepEqual(
      modules.map((module) => [module.import, module.base?.href]),
      [
        ["./a.ts", base.href],
        ["./b.ts", over.href],
        ["./c.ts", undefined],
        ["./d.ts", undefined],
      ],
    );
  } finally {
    await Deno.remove(dir, { recursive: true });
  }
});

async function modules(...texts: string[]): Promise<readonly ModuleConfig[]> {
  return (await readConfig(texts.length === 1 ? texts[0]! : texts, { env: {} }))
    .modules;
}

function plain(value: unknown): unknown {
  return JSON.parse(JSON.stringify(value));
}
