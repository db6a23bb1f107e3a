import assert from "node:assert/strict";
import { ROOT, RunningProgram } from "../../support/running_program.ts";
import { caryatid, startCaryatid } from "./caryatid.ts";
import { compileRuntime, NO_RUNTIME } from "./compiling.ts";
import { moduleText, ServiceFolder } from "./service_folder.ts";

const SIMPLE = `${ROOT}examples/simple/caryatid.toml`;
const QUIET = moduleText(`name: "quiet", init() {}`);

/** Runs `caryatid compile` with deno itself as the base. */
function compile(args: readonly string[]): ReturnType<typeof caryatid> {
  return caryatid(["compile", ...args], NO_RUNTIME);
}

Deno.test("compile embeds only the modules and buses of the file", async (t) => {
  await using folder = await ServiceFolder.make({
    "look.toml": '[module.spy]\n[message-bus.b]\nclass = "rabbit-mq"\n',
  });
  await t.step(
    "an in-memory configuration has no RabbitMQ client",
    async () => {
      const out = folder.file("simple");
      const ran = await compile([SIMPLE, "-o", out, "--list"]);
      assert.equal(ran.code, 0, ran.stderr);
      for (const name of ["publisher.ts", "subscriber.ts", "compiled/*"]) {
        assert(ran.stdout.includes(name), name);
      }
      for (const name of ["rabbit_mq", "amqplib", "rest_server", "commander"]) {
        assert(!ran.stdout.includes(name), name);
      }
      assert(ran.stdout.includes("holds 2 modules (subscriber, publisher); "));
    },
  );
  await t.step("a configuration with RabbitMQ has its client", async () => {
    const out = folder.file("look");
    const ran = await compile([folder.file("look.toml"), "-o", out, "--list"]);
    assert.equal(ran.code, 0, ran.stderr);
    for (const name of ["rabbit_mq", "amqplib", "spy.ts"]) {
      assert(ran.stdout.includes(name), name);
    }
    assert(!ran.stdout.includes("cron_times.ts"));
    assert.match(ran.stdout, /may do --allow-net=127\.0\.0\.1:5672 /);
  });
});

Deno.test("compile --bundle embeds the bundle without its sources", async () => {
  await using folder = await ServiceFolder.make({});
  const out = folder.file("simple");
  const ran = await compile([SIMPLE, "-o", out, "--bundle", "--list"]);
  assert.equal(ran.code, 0, ran.stderr);
  assert(ran.stdout.includes("main.js"));
  assert(!/\.ts\b|logtape/.test(ran.stdout), ran.stdout);
  assert.deepEqual([...Deno.readDirSync(folder.path)].map(({ name }) => name), [
    "simple",
  ]);
});

Deno.test("compile prints size, target and permissions, and leaves only the binary", async () => {
  await using folder = await ServiceFolder.make({
    "quiet.ts": moduleText(`
      name: "quiet",
      permissions: { net: ["api.example.com:443"], read: ["data"] },
      init() {},
    `),
    "my service.toml": '[module.quiet]\nimport = "./quiet.ts"\n',
  });
  const out = folder.file("bin of mine");
  const ran = await compile([folder.file("my service.toml"), "-o", out]);
  assert.equal(ran.code, 0, ran.stderr);
  const megabytes = ((await Deno.stat(out)).size / 1e6).toFixed(1);
  assert.deepEqual(ran.stdout.split("\n"), [
    `${out}: ${megabytes} MB for ${Deno.build.target}`,
    "holds 1 module (quiet); 1 bus (memory)",
    "may do --allow-net=api.example.com:443 --allow-read=data --allow-env=CARYATID_*",
  ]);
  const names = [...Deno.readDirSync(folder.path)].map(({ name }) => name);
  assert.deepEqual(names.sort(), [
    "bin of mine",
    "my service.toml",
    "quiet.ts",
  ]);
});

Deno.test("compile warns if the binary does not start", async () => {
  await using folder = await ServiceFolder.make({});
  const { stderr } = await compile([SIMPLE, "-o", folder.file("simple")]);
  assert.match(
    stderr,
    /^warning .*simple does not start here: was DENORT_BIN/m,
  );
});

Deno.test("compile refuses an output that exists or is a folder", async (t) => {
  await using folder = await ServiceFolder.make({ "there": "mine" });
  for (
    const [out, fault] of [
      [folder.path, /found a folder; expected the name of a file/],
      [`${folder.path}/`, /found a folder; expected the name of a file/],
      [folder.file("there"), /found something of that name; expected nothing/],
      [folder.file("no/bin"), /found no such folder; expected one/],
    ] as const
  ) {
    await t.step(String(fault), async () => {
      const ran = await compile([SIMPLE, "-o", out]);
      assert.equal(ran.code, 2);
      assert.match(ran.stderr, /^error \[INVALID_OPTION\] Cannot write /m);
      assert.match(ran.stderr, fault);
    });
  }
  assert.equal(await Deno.readTextFile(folder.file("there")), "mine");
  await t.step("--force overwrites a file", async () => {
    const out = folder.file("there");
    assert.equal((await compile([SIMPLE, "-o", out, "--force"])).code, 0);
    assert((await Deno.stat(out)).size > 1e6);
  });
});

Deno.test("compile reports a folder that is not writable", async () => {
  const ran = await compile([SIMPLE, "-o", "/proc/simple"]);
  assert.equal(ran.code, 1);
  assert.match(
    ran.stderr,
    /^error \[STORAGE_FAILED\] Cannot write "\/proc\/simple": /m,
  );
});

Deno.test("compile reports code that cannot be loaded, with its line, and makes nothing", async (t) => {
  await using folder = await ServiceFolder.make({});
  const out = folder.file("bin");
  const cases = [
    ["http://127.0.0.1:1/down.ts", /refused|error sending request/],
    ["http://127.0.0.2:1/elsewhere.ts", /found code of 127\.0\.0\.2:1/],
    ["npm:@caryatid/nobody-has-published-this@1.0.0", /nobody-has-published/],
    ["npm:zod@99.99.99", /99\.99\.99/],
    ["./missing.ts", /missing\.ts/],
    ["${name}", /\$\{name\}/],
  ] as const;
  for (const [specifier, fault] of cases) {
    await t.step(specifier, async () => {
      const file = folder.file("x.toml");
      await Deno.writeTextFile(
        file,
        `\n[module.x]\nimport = "${specifier}"\n[import]\nhosts = ["127.0.0.1:1", "registry.npmjs.org"]`,
      );
      const ran = await compile([file, "-o", out]);
      assert.equal(ran.code, 2);
      assert.match(
        ran.stderr,
        /^error \[(LOAD_FAILED|INVALID_CONFIG)\] \S+x\.toml:3:1: /m,
      );
      assert.match(ran.stderr, fault);
      assert.equal(await exists(out), false);
    });
  }
});

Deno.test("compile refuses a computed import unless --include names its target", async () => {
  await using folder = await ServiceFolder.make({
    "x.toml": '[module.loads]\nimport = "./loads.ts"\n',
    "loads.ts": moduleText(
      'name: "loads", init: (context) => context.run(() => load("./other.ts"))',
      `import { load } from "./load.ts"; // not import(name)`,
    ),
    "load.ts": `/* import(name) is computed:
*/
export const load = (name: string) => import(name);`,
    "other.ts": "export {};",
  });
  const file = folder.file("x.toml");
  const out = folder.file("bin");
  const refused = await compile([file, "-o", out]);
  assert.equal(refused.code, 2);
  const url = `file://${folder.file("load.ts")}`;
  assert(
    refused.stderr.includes(
      `error [LOAD_FAILED] ${file}:2:1: Cannot load [module.loads] from "./loads.ts": ` +
        `found a computed import, or a worker, at ${url}:3; expected literal imports`,
    ),
    refused.stderr,
  );
  const other = folder.file("other.ts");
  const ran = await compile([file, "-o", out, "--include", other, "--list"]);
  assert.equal(ran.code, 0, ran.stderr);
  assert(ran.stdout.includes("other.ts"));
});

for (const isolation of ["worker", "process"]) {
  Deno.test(`compile refuses isolation = "${isolation}" with its line`, async () => {
    await using folder = await ServiceFolder.make({
      "quiet.ts": QUIET,
      "x.toml": `[module.quiet]
import = "./quiet.ts"
isolation = "${isolation}"
[module.quiet.permissions]
`,
    });
    const file = folder.file("x.toml");
    const ran = await compile([file, "-o", folder.file("bin")]);
    assert.equal(ran.code, 2);
    assert(
      ran.stderr.includes(
        `error [INVALID_CONFIG] ${file}:3:1: Cannot compile [module.quiet]: found isolation = "${isolation}"; expected "none"`,
      ),
      ran.stderr,
    );
  });
}

Deno.test("compile refuses wrong command lines", async (t) => {
  for (
    const [args, fault] of [
      [[SIMPLE, "--targt", "x"], /unknown option '--targt'/],
      [[SIMPLE, "--allow-net="], /unknown option '--allow-net='/],
      [["--allow-net"], /missing required argument/],
      [[SIMPLE, "--target", "x86_64-linux"], /"x86_64-linux": expected one of/],
      [[SIMPLE, "--process", "missing"], /missing/],
      [[SIMPLE, "--include", "nothing"], /Cannot include "nothing": No such/],
    ] as const
  ) {
    await t.step(args.join(" "), async () => {
      const ran = await compile(args);
      assert.equal(ran.code, 2);
      assert.match(ran.stderr, fault);
    });
  }
});

Deno.test("compile reports a missing compile runtime with the remedy", async () => {
  await using folder = await ServiceFolder.make({});
  const out = folder.file("simple");
  const ran = await caryatid(
    ["compile", SIMPLE, "-o", out],
    { DENORT_BIN: folder.file("nowhere") },
  );
  assert.equal(ran.code, 1);
  assert.match(
    ran.stderr,
    /^error \[COMPILE_FAILED\] Cannot make the binary: found no file at DENORT_BIN, which is ".*nowhere"; expected a denort of Deno \d+\.\d+\.\d+ \(Unset DENORT_BIN/m,
  );
  assert.equal(await exists(out), false);
});

Deno.test("compile leaves nothing behind after a signal", async () => {
  await using folder = await ServiceFolder.make({ "quiet.ts": QUIET });
  const file = folder.file("x.toml");
  await Deno.writeTextFile(file, '[module.quiet]\nimport = "./quiet.ts"\n');
  await using program = startCaryatid(
    ["compile", file, "-o", folder.file("bin")],
    NO_RUNTIME,
  );
  await program.until(
    () => program.log.includes("compiling bin") || undefined,
    () => "the beginning of the compilation",
  );
  program.kill("SIGINT");
  assert.equal(await program.exitCode(), 130);
  const names = [...Deno.readDirSync(folder.path)].map(({ name }) => name);
  assert.deepEqual(names.sort(), ["quiet.ts", "x.toml"]);
});

const runtime = await compileRuntime();

Deno.test({
  name: runtime
    ? "a binary runs, and stops by a signal"
    : "a binary runs, and stops by a signal (skipped: no denort of this Deno is at hand)",
  ignore: !runtime,
  async fn() {
    await using folder = await ServiceFolder.make({});
    const out = folder.file("simple");
    const ran = await caryatid(["compile", SIMPLE, "-o", out]);
    assert.equal(ran.code, 0, ran.stderr);
    assert(!ran.stderr.includes("warning"));
    await using program = new RunningProgram([], {}, { command: out });
    await program.line(/Received/);
    program.kill("SIGTERM");
    await program.line(/SIGTERM received, shutting down/);
    assert.equal(await program.exitCode(), 0);
  },
});

async function exists(path: string): Promise<boolean> {
  return await Deno.stat(path).then(() => true, () => false);
}
