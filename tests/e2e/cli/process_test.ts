import assert from "node:assert/strict";
import { caryatid, startCaryatid, stop } from "./caryatid.ts";
import { moduleText, ServiceFolder } from "./service_folder.ts";

const FILES = {
  "asks.ts": moduleText(`
    name: "asks", config: z.object({ host: z.string(), topic: z.string().default("asks.it") }),
    permissions: ({ host }) => ({ net: [host] }),
    init(context) {
      context.run(() => { context.log.info("begun"); return context.clock.sleep(3_600_000, context.signal).catch(() => {}); });
    },
  `),
  "service.toml": `
[module.one]
class = "asks"
import = "./asks.ts"
host = "one.example:443"
[module.two]
class = "asks"
import = "./asks.ts"
host = "two.example:443"
[process.first]
modules = ["one"]
[process.second]
modules = ["two"]
[monitor]
output = "state.json"
`,
};

const BROKER = `
[message-bus.external]
class = "rabbit-mq"
[message-bus.internal]
class = "in-memory"
[[message-router.route]]
pattern = "asks.#"
bus = "internal"
[[message-router.route]]
pattern = "#"
bus = "external"
`;

Deno.test("D9 run --process grants only the requests of the modules of this process", async () => {
  await using folder = await ServiceFolder.make(FILES);
  const file = folder.file("service.toml");
  const print = async (...args: string[]) =>
    (await caryatid(["run", "--print", file, ...args])).stdout;
  const second = await print("--process", "second");
  assert.match(second, /--allow-net=two\.example:443 /);
  assert.match(second, /--allow-write=state\.second\.json,\S+\.tmp /);
  assert.doesNotMatch(second, /one\.example/);
  assert.equal(await print("--process=second"), second);
  assert.match(await print(), /one\.example:443,two\.example:443/);
});

Deno.test("run --process runs one process, and run without it all in one", async () => {
  await using folder = await ServiceFolder.make(FILES);
  const file = folder.file("service.toml");
  await Deno.writeTextFile(
    file,
    FILES["service.toml"].replace(/\[monitor\][^]*/, ""),
  );
  const started = async (...args: string[]) => {
    await using program = startCaryatid(["run", file, ...args]);
    await program.line(/begun/, args.length > 0 ? 1 : 2);
    await stop(program);
    return program.lines.filter((line) => line.includes("begun"))
      .map((line) => line.replace(/^.* caryatid\./, ""));
  };
  assert.deepEqual(await started("--process", "first"), ["one: begun"]);
  assert.deepEqual((await started()).sort(), ["one: begun", "two: begun"]);
});

Deno.test("check, permissions and graph cover one process or all", async () => {
  await using folder = await ServiceFolder.make({
    ...FILES,
    "broken.ts": "export default 1 +;",
    "broken.toml": '[module.broken]\nimport = "./broken.ts"\n' +
      '[process.third]\nmodules = ["broken"]\n',
  });
  const files = [folder.file("service.toml"), folder.file("broken.toml")];
  const first = ["--process", "first"];
  const all = await caryatid(["check", ...files]);
  assert.equal(all.code, 2);
  assert.match(all.stderr, /error \[LOAD_FAILED\].*broken\.toml/);
  const one = await caryatid(["check", ...files, ...first]);
  assert.equal(one.stdout, "ok: 1 module, 1 bus, 1 route");
  assert.equal(one.stderr, "");
  const { stdout } = await caryatid(["permissions", ...files, ...first]);
  assert.match(stdout, /module\.one .*one\.example:443/);
  assert.doesNotMatch(stdout, /two/);
  const graph = await caryatid(["graph", ...files, ...first]);
  assert.match(graph.stdout, /"one \(asks\)"/);
  assert.doesNotMatch(graph.stdout, /two/);
});

Deno.test("check reports topics that do not reach another process, and modules in none", async (t) => {
  await using folder = await ServiceFolder.make({
    ...FILES,
    "broker.toml": BROKER,
    "third.toml": '[module.three]\nclass = "clock"\n',
    "both.toml": '[process.second]\nmodules = ["one", "two"]\n',
  });
  const warnings = async (...names: string[]) => {
    const files = ["service.toml", ...names].map((name) => folder.file(name));
    const { code, stderr } = await caryatid(["check", ...files]);
    assert.equal(code, 0, stderr);
    return stderr.replaceAll(`${folder.path}/`, "").trimEnd();
  };
  await t.step("no bus between processes", async () => {
    assert.match(
      await warnings(),
      /^warning .*Cannot use message-bus: found 2 processes that cannot reach each other; expected a bus between them \(Add .*\)$/,
    );
  });
  await t.step("a topic on an in-memory bus", async () => {
    assert.match(
      await warnings("broker.toml"),
      /^warning service\.toml:6:9: Cannot use module\.two\.topic: found "asks\.it", on which "two" and "one" cannot reach each other: .*only an in-memory bus carries it \(Route it .*\)$/,
    );
  });
  await t.step("a process with both modules has no warning", async () => {
    assert.equal(await warnings("broker.toml", "both.toml"), "");
  });
  await t.step("a module in no process", async () => {
    assert.match(
      await warnings("broker.toml", "both.toml", "third.toml"),
      /^warning third\.toml:1:9: Cannot use module\.three: found a module in no process; expected it in one at least \(Add "three" .*\)$/,
    );
  });
});

Deno.test("an unknown process is reported with the known ones, and exit code 2", async () => {
  await using folder = await ServiceFolder.make(FILES);
  for (const command of ["run", "check", "permissions", "graph"]) {
    const file = folder.file("service.toml");
    const ran = await caryatid([command, file, "--process", "frist"]);
    assert.equal(ran.code, 2, command);
    assert.match(
      ran.stderr,
      /INVALID_CONFIG\].*service\.toml:10:2: Cannot use process: found "frist"; expected a process of the configuration/,
    );
    if (command === "check") assert.match(ran.stderr, /\(Write "first"\.\)/);
  }
  const ran = await caryatid(["run", "x.toml", "--process"]);
  assert.equal(ran.code, 2);
  assert.match(ran.stderr, /\[INVALID_OPTION\].*'--process <name>'/);
});
