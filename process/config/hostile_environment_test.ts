import assert from "node:assert/strict";
import { ConfigError, formatProblem } from "./config_error.ts";
import { readConfig } from "./read_config.ts";

const CLOCK = '[module.clock]\ntopic = "clock.tick"\n';

Deno.test("F6 a variable that names no key or has a wrong value is reported by its name", async () => {
  const expected = "expected CARYATID_<TABLE>__<KEY>";
  const cases: [name: string, value: string, message: string][] = [
    ["CARYATID_", "x", `Cannot use "": found an empty part; ${expected}`],
    [
      "CARYATID_MODULE____X",
      "x",
      `Cannot use module."".x: found an empty part; ${expected}`,
    ],
    [
      "CARYATID_MODULE..X",
      "x",
      `Cannot use module."".x: found an empty part; ${expected}`,
    ],
    [
      "CARYATID_MODULE.__PROTO__.X",
      "x",
      `Cannot use module.__proto__.x: found the part "__proto__"; ${expected}`,
    ],
    [
      "CARYATID_MODULE__CONSTRUCTOR__X",
      "x",
      `Cannot use module.constructor.x: found the part "constructor"; ${expected}`,
    ],
    [
      "CARYATID_MODULE__CLOCK__PROTOTYPE",
      "x",
      `Cannot use module.clock.prototype: found the part "prototype"; ${expected}`,
    ],
    [
      "CARYATID_MODULE__CLOCK",
      "x",
      "Cannot use module.clock: found a value over a table; expected a table",
    ],
    [
      "CARYATID_MODULE__CLOCK__TOPIC__X",
      "x",
      "Cannot use module.clock.topic.x: found a table over a value; expected a value",
    ],
    [
      "CARYATID_MODULE__CLOCK__TOPIC",
      "{ x = 1 }",
      "Cannot use module.clock.topic: found a table over a value; expected a value",
    ],
    [
      "CARYATID_MODULE__CLOCK__T",
      '{ "__proto__" = 1 }',
      "Cannot use module.clock.t.__proto__: found a key that no configuration may have; expected another",
    ],
    [
      "CARYATID_LOG",
      "debug",
      'Cannot use log: found "debug"; expected a table',
    ],
    [
      "CARYATID_MODUL__X__Y",
      "1",
      'Cannot use modul: found an unknown key; expected a known one (Write "module".)',
    ],
    [
      "CARYATID_MODULE__CLOCK__IMPORT",
      "42",
      "Cannot use module.clock.import: found 42; expected text",
    ],
  ];
  for (const [name, value, message] of cases) {
    assert.deepEqual(await problems(CLOCK, { [name]: value }), [
      `environment ${name}: ${message}`,
    ]);
  }
  const [deep] = await problems("", {
    [`CARYATID_A${"__A".repeat(100_000)}`]: "1",
  });
  assert.match(deep!, /found 100001 parts; expected/);
});

Deno.test("F6 two variables for one key, or for a key and its table, are reported by name", async () => {
  assert.deepEqual(
    await problems(CLOCK, {
      CARYATID_MODULE__CLOCK__TOPIC: "x",
      "CARYATID_MODULE.CLOCK.TOPIC": "y",
    }),
    [
      'environment CARYATID_MODULE__CLOCK__TOPIC: Cannot use module.clock.topic: found "CARYATID_MODULE.CLOCK.TOPIC" too; expected one of them',
    ],
  );
  assert.deepEqual(
    await problems(CLOCK, {
      CARYATID_MODULE__CLOCK__A: "1",
      CARYATID_MODULE__CLOCK__A__B: "1",
    }),
    [
      "environment CARYATID_MODULE__CLOCK__A__B: Cannot use module.clock.a.b: found a table over a value; expected a value",
    ],
  );
});

Deno.test("a variable with the prefix that names no table gives a notice", async () => {
  const { notices } = await readConfig("", { env: { CARYATID_HOME: "/opt" } });
  assert.deepEqual(notices.map(formatProblem), [
    'environment CARYATID_HOME: Cannot use home: found the variable "CARYATID_HOME"; expected CARYATID_<TABLE>__<KEY>',
  ]);
});

async function problems(
  toml: string,
  env: Record<string, string>,
): Promise<string[]> {
  const error = await readConfig(toml, { env }).then(
    () => undefined,
    (error) => error,
  );
  assert(error instanceof ConfigError, `${error} for ${Object.keys(env)[0]}`);
  return error.problems.map(formatProblem);
}
