import assert from "node:assert/strict";
import { ConfigError } from "./config_error.ts";
import type { ConfigProblem } from "./process_config.ts";
import { type ConfigInput, readConfig } from "./read_config.ts";

const DEEP = 100_000;

Deno.test("F5 readConfig() refuses hostile objects", async (t) => {
  const deep: Record<string, unknown> = {};
  let inner = deep;
  for (let n = 0; n < DEEP; n++) inner = inner["x"] = {};
  const cycle: Record<string, unknown> = {};
  cycle["x"] = [cycle];
  // Each level mentions the next one twice: 2^60 tables in 60.
  let doubling: Record<string, unknown> = {};
  for (let n = 0; n < 60; n++) doubling = { a: doubling, b: doubling };

  const cases: [name: string, input: ConfigInput, message: RegExp][] = [
    ["10^5 deep", deep, /found tables nested deeper than 64/],
    ["a cycle", cycle, /x\[0\]: found a table that contains itself/],
    ["2^60 tables", doubling, /found over 200000 values; expected fewer/],
    [
      "__proto__",
      JSON.parse('{"module":{"a":{"__proto__":{"polluted":true}}}}'),
      /module.a.__proto__: found a key that no configuration may have/,
    ],
    [
      "a getter that throws",
      {
        get module() {
          throw new Error("s3cret");
        },
      },
      /found a getter that throws; expected values$/,
    ],
    ["null", null as never, /found null; expected TOML text, a URL or a plain/],
    ["a date", new Date() as never, /found a date; expected TOML text/],
  ];
  for (const [name, input, message] of cases) {
    await t.step(name, async () => {
      const found = await problems(input);
      assert.match(found[0]!.message, message);
      assert(found.every(({ message }) => !message.includes("s3cret")));
    });
  }
  assert.equal(({} as Record<string, unknown>)["polluted"], undefined);
});

Deno.test("F5 names in messages are short and harmless to a terminal", async () => {
  const [problem] = await problems({ [`\x1b[2J\u202e${"x".repeat(1e6)}`]: 1 });
  assert(problem!.message.length < 200);
  assert.match(problem!.message, /^Cannot use "\\u001b\[2J\\u\{202e\}xxx/);
});

async function problems(input: ConfigInput): Promise<readonly ConfigProblem[]> {
  const error = await readConfig(input, { env: {} }).then(
    () => undefined,
    (error) => error,
  );
  assert(error instanceof ConfigError, `${error}`);
  return error.problems;
}
