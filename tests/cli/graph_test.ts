import assert from "node:assert/strict";
import { caryatid } from "./caryatid.ts";
import { moduleText, ServiceFolder } from "./service_folder.ts";

Deno.test("graph draws modules, the topics that they declare or their sections name, routes and buses", async () => {
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
    '  b0[("fast (in-memory)")]',
    '  b1[("slow (in-memory)")]',
    '  m0 ---|"order-topic"| t0',
    '  m0 ---|"subscribe"| t1',
    '  m0 ---|"subscribe"| t2',
    '  m1 -->|"publish"| t1',
    '  t0 -->|"#35;"| b0',
    '  t0 -->|"#35;"| b1',
    '  t1 -->|"clock.#35;"| b0',
    '  t2 -->|"#35;"| b0',
    '  t2 -->|"#35;"| b1',
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
  },
`);

Deno.test("graph draws what is declared in the direction of messages, and who hears it by a pattern", async () => {
  await using folder = await ServiceFolder.make({
    "talks.ts": TALKS,
    "service.toml": '[module.talks]\nimport = "./talks.ts"\n',
  });
  const ran = await caryatid(["graph", folder.file("service.toml")]);
  assert.deepEqual(
    ran.stdout.split("\n").filter((line) => /m0|\.->/.test(line)),
    [
      '  m0["talks"]',
      '  m0 -->|"publish"| t0',
      '  m0 ==>|"request"| t1',
      '  t2 -->|"subscribe"| m0',
      '  t3 ==>|"handle"| m0',
      "  t0 -.-> t2",
      "  t1 -.-> t3",
    ],
  );
});

Deno.test("graph --svg prints SVG, and -o writes a file of the kind that its name says", async (t) => {
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
    assert.match(written, /^flowchart LR\n {2}m0\["talks"\]\n/);
  });
  await t.step("or says what it can't do", async () => {
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
  });
});
