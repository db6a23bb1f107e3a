import assert from "node:assert/strict";
import { caryatid } from "./caryatid.ts";
import { moduleText, ServiceFolder } from "./service_folder.ts";

Deno.test("graph draws modules, declared topics or topics of sections, and the buses that carry them", async () => {
  await using folder = await ServiceFolder.make({
    "shop.ts": moduleText(`
      name: "shop", init() {},
      config: z.object({ "order-topic": z.string(), subscribe: z.array(z.string()) }),
    `),
    "service.toml": `
      [module.shop]
      import = "./shop.ts"
      order-topic = "order.\\"new\\""
      subscribe = ["clock.tick", "order.#"]
      [module.watch]
      class = "clock"
      [message-bus.fast]
      class = "in-memory"
      [message-bus.slow]
      class = "in-memory"
      [[message-router.route]]
      pattern = "clock.#"
      bus = "fast"
      [[message-router.route]]
      pattern = "#"
      bus = ["fast", "slow"]
    `,
  });
  const ran = await caryatid(["graph", folder.file("service.toml")]);
  assert.equal(ran.stderr, "");
  assert.deepEqual(ran.stdout.split("\n"), [
    "flowchart LR",
    '  m0["shop"]',
    '  m1["watch (clock)"]',
    '  t0(["order.#34;new#34;"])',
    '  t1(["clock.tick"])',
    '  t2(["order.#35;"])',
    '  subgraph g0["bus fast (in-memory)"]',
    "    t1",
    "  end",
    '  g1[("bus slow (in-memory)")]',
    '  subgraph g2["bus fast (in-memory)#44; slow (in-memory)"]',
    "    t0",
    "    t2",
    "  end",
    '  m0 ---|"order-topic"| t0',
    '  m0 ---|"subscribe"| t1',
    '  m0 ---|"subscribe"| t2',
    '  m1 -->|"publish"| t1',
  ]);
  assert.equal(ran.code, 0);
});

const TALKS = moduleText(`
  name: "talks", init() {},
  topics: {
    publish: ["a.b", "rest._routes.wanted"],
    request: ["q.x"],
    subscribe: ["a.*"],
    handle: ["q.#"],
    groups: ["fast", "slow"],
  },
`);

Deno.test("graph draws declared topics in the direction of messages, and overlapping patterns", async () => {
  await using folder = await ServiceFolder.make({
    "talks.ts": TALKS,
    "service.toml": '[module.talks]\nimport = "./talks.ts"\n',
  });
  const ran = await caryatid(["graph", folder.file("service.toml")]);
  assert.deepEqual(
    ran.stdout.split("\n").filter((line) => /m0|\.->/.test(line)),
    [
      '  m0["talks (groups: fast slow)"]',
      '  m0 -->|"publish"| t0',
      '  m0 ==>|"request"| t1',
      '  t2 -->|"subscribe"| m0',
      '  t3 ==>|"handle"| m0',
      "  t0 -.-> t2",
      "  t1 -.-> t3",
    ],
  );
});

Deno.test("graph --svg prints SVG, and -o writes the format of the extension", async (t) => {
  await using folder = await ServiceFolder.make({
    "my talks.ts": TALKS,
    "my service.toml": '[module.talks]\nimport = "./my talks.ts"\n',
  });
  const graph = (...options: string[]) =>
    caryatid(["graph", folder.file("my service.toml"), ...options]);
  const printed = await graph("--svg");
  await t.step("to standard output", () => {
    assert.match(
      printed.stdout,
      /^<svg [^>]+>\n<title [^>]+>Modules, topics and buses of my service\.toml</,
    );
    assert.equal(printed.stderr, "");
  });
  await t.step("as SVG", async () => {
    const ran = await graph("-o", folder.file("the graph.svg"));
    assert.deepEqual(ran, { code: 0, stdout: "", stderr: "" });
    const written = await Deno.readTextFile(folder.file("the graph.svg"));
    assert.equal(written.trimEnd(), printed.stdout);
  });
  await t.step("as Mermaid", async () => {
    await graph("--output", folder.file("graph.mmd"));
    const written = await Deno.readTextFile(folder.file("graph.mmd"));
    assert.match(
      written,
      /^flowchart LR\n {2}m0\["talks \(groups: fast slow\)"\]\n/,
    );
  });
  await t.step(
    "unknown extensions and unwritable files are errors",
    async () => {
      const cases: [options: string[], code: number, says: RegExp][] = [
        [
          ["-o", "graph.png"],
          2,
          /\[INVALID_OPTION\].*ends in "\.svg" or "\.mmd"/,
        ],
        [["-o", "a.toml"], 2, /\[INVALID_OPTION\]/],
        [["--svg", "-o", "x.mmd"], 2, /\[INVALID_OPTION\].*ends in "\.svg"/],
        [["-o", folder.file("none/x.svg")], 1, /\[STORAGE_FAILED\]/],
      ];
      for (const [options, code, says] of cases) {
        const ran = await graph(...options);
        assert.equal(ran.code, code, ran.stderr);
        assert.match(ran.stderr, says);
      }
    },
  );
});

Deno.test("graph --no-buses leaves out buses, and draws a frame around each process", async () => {
  await using folder = await ServiceFolder.make({
    "two.toml": `
      [module.clock]
      [module.spy]
      topic = "clock.#"
      [process.first]
      modules = ["clock"]
      [process.second]
      modules = ["spy"]
      [message-bus.away]
      class = "rabbit-mq"
    `,
  });
  const args = ["graph", folder.file("two.toml"), "--no-buses"];
  const { code, stdout } = await caryatid(args);
  assert.equal(code, 0);
  assert.doesNotMatch(stdout, /away/);
  assert.match(stdout, /subgraph g0\["process first"\]\n {4}m0\n {2}end\n/);
  assert.match(stdout, /subgraph g1\["process second"\]\n {4}m1\n {2}end\n/);
});

Deno.test("graph draws a module once for each process that runs it, and an isolated module with a double frame", async () => {
  await using folder = await ServiceFolder.make({
    "guest.ts": moduleText('name: "guest", init() {}'),
    "two.toml": `
      [module.clock]
      [module.guest]
      import = "./guest.ts"
      isolation = "process"
      [process.first]
      modules = ["clock", "guest"]
      [process.second]
      modules = ["clock"]
    `,
  });
  const { stdout } = await caryatid(["graph", folder.file("two.toml")]);
  const lines = stdout.split("\n").map((line) => line.trim());
  for (
    const line of [
      'm0p0["clock"]',
      'm0p1["clock"]',
      'm1[["guest"]]',
      'm0p0 -->|"publish"| t0',
      'm0p1 -->|"publish"| t0',
    ]
  ) assert(lines.includes(line), `${line} in ${stdout}`);
});

Deno.test("graph draws the topics of the rights of an isolated module that declares none", async () => {
  await using folder = await ServiceFolder.make({
    "guest.ts": moduleText('name: "guest", init() {}'),
    "guest.toml": `
      [module.guest]
      import = "./guest.ts"
      isolation = "process"
      [module.guest.permissions]
      publish = ["plugin.#"]
      subscribe = ["order.placed"]
    `,
  });
  const { stdout } = await caryatid(["graph", folder.file("guest.toml")]);
  assert.match(stdout, /\(\["plugin\.#35;"\]\)/);
  assert.match(stdout, /m0 -->\|"publish"\| t0/);
  assert.match(stdout, /t1 -->\|"subscribe"\| m0/);
});
