import assert from "node:assert/strict";
import { caryatid } from "./caryatid.ts";
import { moduleText, ServiceFolder } from "./service_folder.ts";

Deno.test("graph draws modules, the topics that their sections name, routes and buses", async () => {
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
    '  m1 ---|"topic"| t1',
    '  t0 -->|"#35;"| b0',
    '  t0 -->|"#35;"| b1',
    '  t1 -->|"clock.#35;"| b0',
    '  t2 -->|"#35;"| b0',
    '  t2 -->|"#35;"| b1',
  ]);
  assert.equal(ran.code, 0);
});
