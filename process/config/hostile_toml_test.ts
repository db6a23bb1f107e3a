import assert from "node:assert/strict";
import process from "node:process";
import { ConfigError } from "./config_error.ts";
import type { ConfigProblem } from "./process_config.ts";
import { type ConfigInput, readConfig } from "./read_config.ts";

const DEEP = 100_000;

/**
 * Maximum processor time of a test, in milliseconds. F5 promises 1 s; two busy
 * programs on one core slow each other down.
 */
const LONGEST = 2_000;

const TEXTS: {
  name: string;
  toml: string;
  line: number | undefined;
  message: RegExp;
}[] = [
  {
    name: "arrays, 10^5 deep",
    toml: `[module.a]\nx = ${"[".repeat(DEEP)}${"]".repeat(DEEP)}`,
    line: 2,
    message: /found values nested deeper than 64; expected at most 64/,
  },
  {
    name: "inline tables, 10^5 deep",
    toml: `[module.a]\nx = ${"{x=".repeat(DEEP)}1${"}".repeat(DEEP)}`,
    line: 2,
    message: /found values nested deeper than 64/,
  },
  {
    name: "a key of 10^5 parts",
    toml: `[module.a]\n\nx${".x".repeat(DEEP)} = 1`,
    line: 3,
    message: /found tables nested deeper than 64/,
  },
  {
    name: "a header of 10^5 parts",
    toml: `\n[module${".x".repeat(DEEP)}]`,
    line: 2,
    message: /found tables nested deeper than 64/,
  },
  {
    name: "dotted keys in inline tables, 60 × 60 deep",
    toml: `[module.a]\nx = ${`{x${".x".repeat(60)}=`.repeat(60)}1${
      "}".repeat(60)
    }`,
    line: 2,
    message: /found tables nested deeper than 64/,
  },
  {
    name: "50,000 unknown tables",
    toml: Array.from({ length: 50_000 }, (_, n) => `[t${n}]`).join("\n"),
    line: 1,
    message: /found an unknown key/,
  },
  {
    name: "200,000 beginnings of a password in one text",
    toml: `[log]\nlevel = "${"a://:".repeat(200_000)}"`,
    line: 2,
    message: /log\.level: found "a:\/\//,
  },
  {
    name: "over 1 MiB",
    toml: `# ${"x".repeat(1024 * 1024)}`,
    line: undefined,
    message: /found over 1048576 bytes; expected at most 1 MiB/,
  },
  {
    name: "over 1 MiB of UTF-8 in fewer characters",
    toml: `# ${"é".repeat(600_000)}`,
    line: undefined,
    message: /found over 1048576 bytes/,
  },
  {
    name: "[global] of 20,000 keys under 20,000 modules",
    toml: [
      "[global]",
      ...Array.from({ length: 20_000 }, (_, n) => `k${n} = 1`),
      ...Array.from({ length: 20_000 }, (_, n) => `[module.m${n}]`),
    ].join("\n"),
    line: 1,
    message: /global: found 400000000 values when laid under 20000 modules/,
  },
  {
    name: "a table twice",
    toml: "[module.a]\n[module.b]\n[module.a]",
    line: 3,
    message: /found a key or table for the second time; expected it once/,
  },
  {
    name: "a key twice",
    toml: "[module.a]\nx = 1\nx = 2",
    line: 3,
    message: /found a key or table for the second time/,
  },
  {
    name: "__proto__ as a key",
    toml: "[module.a]\n__proto__ = { polluted = true }",
    line: 2,
    message: /module.a.__proto__: found a key that no configuration may have/,
  },
  {
    name: "__proto__ as a module",
    toml: "\n[module.__proto__]\npolluted = true",
    line: 2,
    message: /module.__proto__: found a key that no configuration may have/,
  },
  {
    name: "__proto__ in an array",
    toml: "[module.a]\nx = [\n  1,\n  { __proto__ = 1 },\n]",
    line: 4,
    message: /module.a.x\[1\].__proto__: found a key/,
  },
  {
    name: "30 February",
    toml: "[module.a]\nday = 2023-02-30",
    line: 2,
    message: /found a date or time that does not exist; expected one that does/,
  },
  {
    name: "31 April, with a time",
    toml: "[module.a]\nx = 1\nat = 2023-04-31 07:32:00Z",
    line: 3,
    message: /found a date or time that does not exist/,
  },
  {
    name: "inf as a time",
    toml: "[lifecycle]\nstop-deadline = inf",
    line: 2,
    message: /found inf; expected seconds/,
  },
  {
    name: "nan as a time",
    toml: "[message-router]\nrequest-timeout = nan",
    line: 2,
    message: /found nan; expected seconds/,
  },
  {
    name: "an integer that JavaScript would round",
    toml: "[module.a]\nx = 9007199254740993",
    line: 2,
    message:
      /found bad TOML \(integer value cannot be represented losslessly\)/,
  },
];

Deno.test("F5 readConfig() refuses hostile TOML, naming the line", async (t) => {
  for (const { name, toml, line, message } of TEXTS) {
    await t.step(name, async () => {
      const start = process.threadCpuUsage();
      const [problem] = await problems(toml);
      assert.match(problem!.message, message);
      assert.equal(problem!.place?.source, "<config>");
      assert.equal(problem!.place?.line, line);
      const { user, system } = process.threadCpuUsage(start);
      const took = (user + system) / 1_000;
      assert(took < LONGEST, `${took} ms`);
    });
  }
  assert.equal(({} as Record<string, unknown>)["polluted"], undefined);
});

Deno.test("F5 a message lists 50 of 50,000 problems, and the error has all", async () => {
  const toml = Array.from({ length: 50_000 }, (_, n) => `[t${n}]`).join("\n");
  await assert.rejects(readConfig(toml, { env: {} }), (error) => {
    assert(error instanceof ConfigError);
    assert.equal(error.problems.length, 50_000);
    assert.equal(error.problems.at(-1)!.place!.line, 50_000);
    const lines = error.message.split("\n");
    assert.equal(lines.length, 52);
    assert.equal(lines.at(-1), "  and 49950 more");
    return true;
  });
});

Deno.test("F5 readConfig() accepts 50,000 modules", async () => {
  const toml = Array.from({ length: 50_000 }, (_, n) => `[module.m${n}]`);
  const { modules } = await readConfig(toml.join("\n"), { env: {} });
  assert.equal(modules.length, 50_000);
  assert.equal(modules.at(-1)!.id, "m49999");
});

Deno.test("F5 a date that does not exist is accepted in a string, comment or key", async () => {
  const { modules } = await readConfig(
    `[module.a]
    x = "2023-02-30" # 2023-02-30
    2023-02-30 = 1
    2023-04-30 = 2
    y = 2024-02-29
    z = 0000-02-29T00:00:00Z`,
    { env: {} },
  );
  assert.deepEqual(Object.keys(modules[0]!.section), [
    "x",
    "2023-02-30",
    "2023-04-30",
    "y",
    "z",
  ]);
});

async function problems(input: ConfigInput): Promise<readonly ConfigProblem[]> {
  const error = await readConfig(input, { env: {} }).then(
    () => undefined,
    (error) => error,
  );
  assert(error instanceof ConfigError, `${error}`);
  return error.problems;
}
