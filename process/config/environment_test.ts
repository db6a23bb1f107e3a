import assert from "node:assert/strict";
import { readConfig } from "./read_config.ts";

const CLOCK = '[module.clock]\ntopic = "clock.tick"\n';

Deno.test("a variable overrides a key: __ separates levels, names are lower-cased", async () => {
  assert.deepEqual(
    await section(CLOCK, { CARYATID_MODULE__CLOCK__TOPIC: "x" }),
    { topic: "x" },
  );
  assert.deepEqual(
    await section(CLOCK, { "CARYATID_MODULE.CLOCK.TOPIC": "x" }),
    { topic: "x" },
  );
  assert.deepEqual(await section("", { CARYATID_MODULE__CLOCK__TOPIC: "x" }), {
    topic: "x",
  });
});

Deno.test("a chosen prefix replaces CARYATID, and other variables have no effect", async () => {
  const env = {
    ACROPOLIS_MODULE__CLOCK__TOPIC: "x",
    "ACROPOLIS_MODULE.CLOCK.EVERY": "2",
    ACROPOLIS2_MODULE__CLOCK__EVERY: "3",
    CARYATID_MODULE__CLOCK__TOPIC: "y",
    CARYATID_LOG__LEVEL: "debug",
  };
  const config = await readConfig(CLOCK, { env, envPrefix: "ACROPOLIS" });
  assert.deepEqual({ ...config.modules[0]!.section }, { topic: "x", every: 2 });
  assert.equal(config.log.level, "info");
  assert.equal(config.envPrefix, "ACROPOLIS");
  const place = await config.place(["module", "clock", "topic"]);
  assert.equal(place!.source, "environment ACROPOLIS_MODULE__CLOCK__TOPIC");
  const odd = { A_1__B_HOME: "/opt", A_1__B_MODULE__CLOCK__TOPIC: "z" };
  const { notices, modules } = await readConfig(CLOCK, {
    env: odd,
    envPrefix: "A_1__B",
  });
  assert.equal(modules[0]!.section["topic"], "z");
  assert.match(notices[0]!.message, /expected A_1__B_<TABLE>__<KEY>$/);
});

Deno.test("readConfig rejects a prefix that no variable can have", async () => {
  const wrong = ["", "acropolis", "ACROPOLIS_", "_A", "1A", "A-B", "A.B", "A*"];
  const values: unknown[] = [...wrong, "A\nB", "É", "A".repeat(65), 5, {}];
  for (const envPrefix of values as string[]) {
    await assert.rejects(readConfig("", { env: {}, envPrefix }), {
      code: "INVALID_OPTION",
      message: /^Cannot use the prefix of environment variables: found /,
    });
  }
});

Deno.test("in a variable _ stands for -, unless a file spells the key differently", async () => {
  const env = { CARYATID_MODULE__REST_SERVER__MAX_BODY: "1" };
  assert.deepEqual(await section("[module.rest-server]", env), {
    "max-body": 1,
  });
  assert.deepEqual(await section("[module.REST_server]\nmax_body = 2", env), {
    max_body: 1,
  });
  assert.deepEqual(await section("[module.rest-server]\nmaxBody = 2", env), {
    maxBody: 2,
    "max-body": 1,
  });
  const { monitor } = await readConfig("[monitor]\nfrequency_secs = 5", {
    env: { CARYATID_MONITOR__FREQUENCY_SECS: "2" },
  });
  assert.equal(monitor?.frequency, 2000);
});

Deno.test("the value of a variable is TOML if it parses, else text", async (t) => {
  const cases: [text: string, value: unknown][] = [
    ["1", 1],
    [" 1.5 ", 1.5],
    ["true", true],
    ['"1"', "1"],
    ["[1, 2]", [1, 2]],
    ["{ a = 1 }", { a: 1 }],
    ["", ""],
    ["abc", "abc"],
    ["clock.#", "clock.#"],
    ["1 # one", "1 # one"],
    ["1, 2", "1, 2"],
    ["1,", "1,"],
    ["1] # ", "1] # "],
    ["1]\n#", "1]\n#"],
    ["1]\ny = [2", "1]\ny = [2"],
    ["2023-02-30", "2023-02-30"],
    ["[".repeat(1000), "[".repeat(1000)],
  ];
  for (const [text, value] of cases) {
    await t.step(`${JSON.stringify(text.slice(0, 20))}`, async () => {
      const env = { CARYATID_MODULE__CLOCK__X: text };
      assert.deepEqual(await section("", env), { x: value });
    });
  }
});

Deno.test("a variable can set keys of the process and arrays of tables", async () => {
  const config = await readConfig('[message-bus.int]\nclass = "in-memory"', {
    env: {
      CARYATID_MESSAGE_ROUTER__REQUEST_TIMEOUT: "0.5",
      CARYATID_MESSAGE_ROUTER__ROUTE: '[{ pattern = "a.#", bus = "int" }]',
      CARYATID_LOG__LEVELS__CLOCK: "debug",
      CARYATID_MODULE__CLOCK: '{ class = "x" }',
      PATH: "/bin",
    },
  });
  assert.equal(config.requestTimeout, 500);
  assert.deepEqual(config.routes, [{ pattern: "a.#", buses: ["int"] }]);
  assert.equal(config.log.levels["clock"], "debug");
  assert.equal(config.modules[0]!.className, "x");
});

async function section(
  toml: string,
  env: Record<string, string>,
): Promise<unknown> {
  const { modules } = await readConfig(toml, { env });
  return JSON.parse(JSON.stringify(modules[0]!.section));
}
