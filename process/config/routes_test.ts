import assert from "node:assert/strict";
import type { ConfigError } from "./config_error.ts";
import { readConfig } from "./read_config.ts";

const TWO_BUSES = `
[message-bus.ext]
class = "rabbit-mq"
[message-bus.int]
class = "in-memory"
`;

Deno.test("routes keep their order, with one bus or several", async () => {
  const { routes } = await readConfig(
    `${TWO_BUSES}
    [[message-router.route]]
    pattern = "clock.#"
    bus = "int"
    [[message-router.route]]
    pattern = ""
    bus = ["int", "ext"]`,
    { env: {} },
  );
  assert.deepEqual(routes, [
    { pattern: "clock.#", buses: ["int"] },
    { pattern: "", buses: ["int", "ext"] },
  ]);
});

Deno.test("without routes a single bus carries all topics, and two buses are a problem", async () => {
  const one = await readConfig('[message-bus.x]\nclass = "in-memory"', {
    env: {},
  });
  assert.deepEqual(one.routes, [{ pattern: "#", buses: ["x"] }]);
  assert.deepEqual(await problems(TWO_BUSES), [
    "Cannot use message-router.route: found no route to 2 buses; expected one",
  ]);
});

Deno.test("D7 a route reports faults of its pattern and buses", async () => {
  const route = async (route: unknown) =>
    await problems({
      "message-bus": { int: { class: "in-memory" } },
      "message-router": { route: [route] },
    });
  const at = "Cannot use message-router.route[0]";
  assert.deepEqual(await route("int"), [
    `${at}: found "int"; expected a table`,
  ]);
  assert.deepEqual(await route({ pattern: "é".repeat(128), bus: "int" }), [
    `${at}.pattern: found 256 bytes of UTF-8; expected at most 255`,
  ]);
  assert.deepEqual(await route({ pattern: "#", bus: ["int", "int"] }), [
    `${at}.bus[1]: found a bus for the second time; expected once`,
  ]);
  assert.deepEqual(await route({ pattern: "#", bus: ["int", 2] }), [
    `${at}.bus[1]: found 2; expected the id of a bus`,
  ]);
  assert.deepEqual(await route({ pattern: "#" }), [
    `${at}.bus: found nothing; expected the id of a bus`,
  ]);
});

Deno.test("D7 a startup topic may have no wildcards", async () => {
  assert.deepEqual(await problems({ global: { startup: { topic: "a.#" } } }), [
    'Cannot use global.startup.topic: found the wildcard "#"; expected a topic without wildcards',
  ]);
});

Deno.test("the class of a bus is its class key, or its id if it is imported", async () => {
  const { buses } = await readConfig(
    `[message-bus.mine]
    import = "./mine.ts"
    size = 3
    [message-bus.other]
    class = "own-class"
    [[message-router.route]]
    pattern = "#"
    bus = "mine"`,
    { env: {} },
  );
  assert.deepEqual(
    buses.map((
      bus,
    ) => [bus.id, bus.className, bus.import, { ...bus.settings }]),
    [
      ["mine", "mine", "./mine.ts", { size: 3 }],
      ["other", "own-class", undefined, {}],
    ],
  );
});

Deno.test("D7 a queue size of the in-memory bus is a whole number from 1", async () => {
  for (const size of [0, -1, 1.5, NaN, 1_000_001, "100"]) {
    assert.equal((await problems(bus("in-memory", size))).length, 1, `${size}`);
  }
  for (const size of [1, 1_000_000]) {
    await readConfig(bus("in-memory", size), { env: {} });
  }
  // may mean something there
  await readConfig(bus("own-class", 0), { env: {} });

  function bus(className: string, size: unknown) {
    const settings = { class: className, "subscriber-queue-size": size };
    return { "message-bus": { int: settings } };
  }
});

async function problems(
  input: string | Record<string, unknown>,
): Promise<string[]> {
  const error: ConfigError = await readConfig(input, { env: {} })
    .then(() => assert.fail("accepted"), (error) => error);
  return error.problems.map(({ message }) => message);
}
