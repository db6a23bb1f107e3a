import assert from "node:assert/strict";
import { caryatid } from "./caryatid.ts";
import { moduleText, ServiceFolder } from "./service_folder.ts";

const GREETER = moduleText(`
  name: "greeter",
  description: "Says hello",
  config: z.object({ topic: z.string().default("hello"), every: z.number().default(1) }),
  init() { throw new Error("check must not start it"); },
`);

Deno.test("check prints ok for a valid configuration, exits with 0, and starts nothing", async () => {
  await using folder = await ServiceFolder.make({
    "greeter.ts": GREETER,
    "good.toml": `
      [module.greeter]
      import = "./greeter.ts"
      [module.clock]
      [message-bus.away]
      class = "rabbit-mq"
      url = "amqp://127.0.0.1:1"
    `,
  });
  assert.deepEqual(await caryatid(["check", folder.file("good.toml")]), {
    code: 0,
    stdout: "ok: 2 modules, 1 bus, 1 route",
    stderr: "",
  });
});

Deno.test("check reports every problem with code, file, line and key, and exits with 2", async (t) => {
  await using folder = await ServiceFolder.make({
    "greeter.ts": GREETER,
    "throws.ts": 'throw new Error("boom");',
    "exits.ts": "Deno.exit(0);",
    "waits.ts": "await new Promise(() => setInterval(() => {}, 1000));",
    "loops.ts": "for (;;);",
    "syntax.ts": "export default 1 +;",
    "reads.ts": 'export default Deno.readTextFileSync("/etc/passwd");',
    "fetches.ts": 'await fetch("http://127.0.0.1:9876/stolen");',
    "downloads.ts": 'await import("npm:" + "never-downloaded-by-caryatid");',
    "starts.ts": 'new Deno.Command("true").outputSync();',
    "number.ts": "export default 1;",
    "nothing.ts": "export const nothing = 1;",
    "asks.ts": moduleText(
      'name: "asks", init() {}, permissions: { net: [""] }',
    ),
    "bad.toml": [
      ["greeter", 'import = "./greeter.ts"\nevery = "two"'],
      ["throws", 'import = "./throws.ts"\n'],
      ["exits", 'import = "./exits.ts"\n'],
      ["waits", 'import = "./waits.ts"\n'],
      ["loops", 'import = "./loops.ts"\n'],
      ["syntax", 'import = "./syntax.ts"\n'],
      ["reads", 'import = "./reads.ts"\n'],
      ["fetches", 'import = "./fetches.ts"\n'],
      ["downloads", 'import = "./downloads.ts"\n'],
      ["starts", 'import = "./starts.ts"\n'],
      ["number", 'import = "./number.ts"\n'],
      ["nothing", 'import = "./nothing.ts"\n'],
      ["asks", 'import = "./asks.ts"\n'],
      ["absent", 'import = "./absent.ts"\n'],
      ["host-down", 'import = "http://127.0.0.1:1/m.ts"\n'],
      ["clokc", "\n"],
    ].map(([id, keys]) => `[module.${id}]\n${keys}\n`).join(""),
  });
  const file = folder.file("bad.toml");
  const { code, stdout, stderr } = await caryatid(
    ["check", "--deadline=1", file],
  );
  assert.equal(code, 2);
  assert.equal(stdout, "16 problems: 16 modules, 1 bus, 1 route");
  const wanted: [line: number, code: string, says: RegExp][] = [
    [3, "INVALID_CONFIG", /module\.greeter\.every: found "two"/],
    [5, "LOAD_FAILED", /\[module\.throws\] from "\.\/throws\.ts": boom/],
    [8, "LOAD_FAILED", /its code ended the program, with exit code 0/],
    [11, "LOAD_FAILED", /\[module\.waits\].* still busy after 1 s/],
    [14, "LOAD_FAILED", /\[module\.loops\].* still busy after 1 s/],
    [17, "LOAD_FAILED", /\[module\.syntax\].*Expression expected/],
    [
      20,
      "LOAD_FAILED",
      /\[module\.reads\].*Requires read access.*into init/,
    ],
    [23, "LOAD_FAILED", /\[module\.fetches\].*Requires net access/],
    [26, "LOAD_FAILED", /\[module\.downloads\]/],
    [
      29,
      "LOAD_FAILED",
      /\[module\.starts\].*(Requires run access|Failed to spawn)/,
    ],
    [32, "LOAD_FAILED", /\[module\.number\].*found a number as its default/],
    [35, "LOAD_FAILED", /\[module\.nothing\].*expected a default export/],
    [38, "WRONG_EXPORT", /permissions\.net: found ""/],
    [41, "LOAD_FAILED", /\[module\.absent\].*Module not found/],
    [44, "LOAD_FAILED", /\[module\.host-down\].*127\.0\.0\.1:1\/m\.ts/],
    [46, "UNKNOWN_CLASS", /Write "clock"\./],
  ];
  const problems = stderr.split("\n").filter((line) =>
    line.startsWith("error ")
  );
  for (const [index, [line, code, says]] of wanted.entries()) {
    await t.step(`${code} at line ${line}: ${says}`, () => {
      const start = `error [${code}] ${file}:${line}:`;
      assert(
        problems[index]?.startsWith(start),
        `${problems[index]}\n${start}`,
      );
      assert.match(problems[index]!, says);
    });
  }
  await t.step("no stack is shown", () => {
    assert.doesNotMatch(stderr, /^\s+at (async )?\w+ \(/m);
    assert.doesNotMatch(stderr, /backtrace/i);
  });
});

Deno.test("check reports an unknown class, two misspelt keys and a missing file at once, each with a proposal", async () => {
  await using folder = await ServiceFolder.make({
    "greeter.ts": GREETER,
    "typos.toml": `[module.clokc]
[module.greeter]
import = "./greeter.ts"
evry = 2
[message-router]
reqest-timeout = 3
[module.other]
import = "./greter.ts"
`,
  });
  const file = folder.file("typos.toml");
  const { code, stdout, stderr } = await caryatid(["check", file]);
  const lines = stderr.split("\n");
  const wanted = [
    [/^error \[UNKNOWN_CLASS\] .*:1:9: .*"clokc"/, 'Write "clock".'],
    [/^error \[INVALID_CONFIG\] .*:4:1: .*greeter\.evry/, 'Write "every".'],
    [/^error .*:6:1: .*reqest-timeout/, 'Write "request-timeout".'],
    [/^error \[LOAD_FAILED\] .*:8:1: /, 'Write "./greeter.ts".'],
  ] as const;
  for (const [index, [problem, proposal]] of wanted.entries()) {
    assert.match(lines[index]!, problem);
    assert(lines[index]!.endsWith(`(${proposal})`), lines[index]);
  }
  assert.equal(stdout, "4 problems: 3 modules, 1 bus, 1 route");
  assert.equal(code, 2);
});

Deno.test("check accepts an unknown key of [global], and any key if the schema takes any", async () => {
  await using folder = await ServiceFolder.make({
    "greeter.ts": GREETER,
    "open.ts": moduleText(
      'name: "open", config: z.looseObject({}), init() {}',
    ),
    "good.toml": `
      [global]
      database = "here"
      [module.greeter]
      import = "./greeter.ts"
      [module.open]
      import = "./open.ts"
      anything = 1
    `,
  });
  const ran = await caryatid(["check", folder.file("good.toml")]);
  assert.deepEqual([ran.code, ran.stderr], [0, ""]);
});

Deno.test("check --connect reports a broker that does not answer, and how to start one", async () => {
  await using folder = await ServiceFolder.make({
    "away.toml": `[module.clock]
[message-bus.away]
class = "rabbit-mq"
url = "amqp://127.0.0.1:1"
`,
  });
  const file = folder.file("away.toml");
  const { code, stderr } = await caryatid(["check", "--connect", file]);
  assert(stderr.startsWith(`error [BUS_UNAVAILABLE] ${file}:4:1: `), stderr);
  assert.match(stderr, /ECONNREFUSED 127\.0\.0\.1:1 \(Start a broker there/);
  assert.equal(code, 2);
});

Deno.test("check reports files that cannot be read", async (t) => {
  await using folder = await ServiceFolder.make({
    "broken.toml": "[module.x",
    "empty.toml": "",
  });
  const cases: [name: string, file: string, says: RegExp][] = [
    ["a missing file", "none.toml", /none\.toml: .*found no such file/],
    ["a directory", "", /\[INVALID_CONFIG\].*directory/i],
    ["broken TOML", "broken.toml", /broken\.toml:1:2: .*bad TOML/],
    [
      "no module at all",
      "empty.toml",
      /found no module; expected one at least/,
    ],
  ];
  for (const [name, file, says] of cases) {
    await t.step(name, async () => {
      const ran = await caryatid(["check", folder.file(file)]);
      assert.equal(ran.code, 2);
      assert.match(ran.stderr, says);
    });
  }
});

Deno.test("check warns about probable mistakes, and exits with 0", async () => {
  await using folder = await ServiceFolder.make({
    "greeter.ts": GREETER,
    "odd.toml": `[module.greeter]
import = "./greeter.ts"
[message-bus.one]
class = "in-memory"
[message-bus.two]
class = "in-memory"
[[message-router.route]]
pattern = "a.#"
bus = "one"
[[message-router.route]]
pattern = "a.#"
bus = "one"
`,
  });
  const file = folder.file("odd.toml");
  const { code, stderr } = await caryatid(["check", file]);
  assert.equal(code, 0);
  const lines = stderr.trimEnd().split("\n");
  const wanted = [
    `warning ${file}:10:1: Cannot use message-router.route[1]: found the pattern "a.#" behind "a.#"`,
    `warning ${file}:5:14: Cannot use message-bus.two: found a bus that no route names`,
    `warning ${file}:1:9: Cannot use module.greeter.topic: found "hello", which no route carries`,
  ];
  for (const [index, start] of wanted.entries()) {
    assert(lines[index]?.startsWith(start), `${lines[index]}\n${start}`);
  }
});

Deno.test("check reports a startup topic without a route", async () => {
  await using folder = await ServiceFolder.make({
    "startup.toml": `
      [global.startup]
      topic = "b"
      [module.clock]
      [message-bus.one]
      class = "in-memory"
      [[message-router.route]]
      pattern = "clock.#"
      bus = "one"
    `,
  });
  const ran = await caryatid(["check", folder.file("startup.toml")]);
  assert.equal(ran.code, 2);
  assert.match(
    ran.stderr,
    /\[NO_ROUTE\] .*:3:7: Cannot use global\.startup\.topic: found "b"/,
  );
});

Deno.test("check --json prints problems, notices and parts", async () => {
  await using folder = await ServiceFolder.make({
    "greeter.ts": GREETER,
    "base.toml": '[module.greeter]\nimport = "./greeter.ts"\n',
    "over.toml": '[module.greeter]\nevery = "two"\n',
  });
  const ran = await caryatid([
    "check",
    "--json",
    folder.file("base.toml"),
    folder.file("over.toml"),
  ]);
  assert.equal(ran.code, 2);
  const { ok, problems, parts } = JSON.parse(ran.stdout);
  assert.equal(ok, false);
  assert.deepEqual(problems.map((problem: object) => ({ ...problem })), [{
    code: "INVALID_CONFIG",
    key: "module.greeter.every",
    place: { source: folder.file("over.toml"), line: 2, column: 1 },
    message: 'Cannot use module.greeter.every: found "two" ' +
      "(Invalid input: expected number, received string)",
  }]);
  assert.deepEqual(parts[0], {
    kind: "module",
    id: "greeter",
    class: "greeter",
    specifier: `file://${folder.file("greeter.ts")}`,
    name: "greeter",
    description: "Says hello",
  });
});

Deno.test("check ignores the output of modules", async () => {
  await using folder = await ServiceFolder.make({
    "loud.ts": moduleText(
      'name: "loud", init() {}',
      'console.log("noise", JSON.stringify({ end: 0, found: {} }));',
    ),
    "loud.toml": '[module.loud]\nimport = "./loud.ts"\n',
  });
  const ran = await caryatid(["check", folder.file("loud.toml")]);
  assert.deepEqual(ran, {
    code: 0,
    stdout: "ok: 1 module, 1 bus, 1 route",
    stderr: "",
  });
});

Deno.test("check does not attribute a timer of one module to another", async () => {
  await using folder = await ServiceFolder.make({
    "leaves.ts": moduleText(
      'name: "leaves", init() {}',
      'setTimeout(() => Deno.exit(5), 1); Promise.reject(new Error("late"));',
    ),
    "slow.ts": moduleText(
      'name: "slow", init() {}',
      // fires after the timer of the other module
      "await new Promise((resolve) => setTimeout(resolve, 1));",
    ),
    "two.toml": '[module.leaves]\nimport = "./leaves.ts"\n' +
      '[module.slow]\nimport = "./slow.ts"\n',
  });
  const ran = await caryatid(["check", folder.file("two.toml")]);
  assert.deepEqual(ran, {
    code: 0,
    stdout: "ok: 2 modules, 1 bus, 1 route",
    stderr: "",
  });
});

Deno.test("check refuses a data import from outside the folder of an isolated module, with file and line", async () => {
  const secret = await Deno.makeTempFile({ suffix: ".json" });
  await Deno.writeTextFile(secret, '{ "secret": "of the host" }');
  const name = secret.slice(secret.lastIndexOf("/") + 1);
  await using folder = await ServiceFolder.make({
    "mod.ts": `import "./lines.ts";\n${moduleText('name: "reader"')}`,
    "lines.ts": `// a comment
      import secret from "../${name}" with { type: "json" };
      throw new Error(JSON.stringify(secret));`,
    "reads.toml": `
      [module.reader]
      import = "./mod.ts"
      isolation = "process"
    `,
    "granted.toml": `
      [module.reader]
      import = "./mod.ts"
      isolation = "process"
      permissions = { read = ["../${name}"] }
    `,
  });
  const { code, stderr } = await caryatid(["check", folder.file("reads.toml")]);
  assert.equal(code, 2);
  assert.match(stderr, /lines\.ts:2 imports "\.\.\/.*\.json" as json/);
  assert.doesNotMatch(stderr, /of the host/);
  const granted = await caryatid(["check", folder.file("granted.toml")]);
  assert.doesNotMatch(granted.stderr, /lines\.ts:2 imports/);
  await Deno.remove(secret);
});
