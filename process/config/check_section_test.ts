import type { SchemaIssue, StandardSchema } from "@caryatid/sdk";
import assert from "node:assert/strict";
import { z } from "zod";
import { checkSection } from "./check_section.ts";
import { formatProblem } from "./config_error.ts";
import { readConfig } from "./read_config.ts";

Deno.test("checkSection() returns a section as transformed by its schema, with defaults", async () => {
  const schema = z.object({
    topic: z.string().default("#"),
    every: z.number(),
  });
  assert.deepEqual(await check("every = 3", schema), {
    value: { topic: "#", every: 3 },
    problems: [],
  });
});

Deno.test("checkSection() returns the section itself without a schema", async () => {
  const { value, ...rest } = await check("every = 3", undefined);
  assert.deepEqual({ ...value as object }, { every: 3 });
  assert.deepEqual(rest, { problems: [] });
});

Deno.test("D7 checkSection() reports all problems of the schema with place, value and text", async () => {
  const schema = z.object({
    topic: z.string(),
    every: z.number().positive(),
    list: z.array(z.object({ x: z.number() })),
    missing: z.string(),
  });
  const { value, problems } = await check(
    'topic = 1\nevery = -1\nlist = [\n  { x = 1 },\n  { x = "y" },\n]',
    schema,
  );
  assert.equal(value, undefined);
  assert.deepEqual(problems, [
    "<config>:1:9: Cannot use module.clock.missing: found nothing (Invalid input: expected string, received undefined)",
    "<config>:2:1: Cannot use module.clock.topic: found 1 (Invalid input: expected string, received number)",
    "<config>:3:1: Cannot use module.clock.every: found -1 (Too small: expected number to be >0)",
    '<config>:6:5: Cannot use module.clock.list[1].x: found "y" (Invalid input: expected number, received string)',
  ]);
});

Deno.test("checkSection() hides keys of [global] from a schema that refuses unknown keys", async () => {
  const strict = z.strictObject({ topic: z.string().default("#") });
  const global = "\n[global]\ndb = 1";
  assert.deepEqual(await check(global, strict), {
    value: { topic: "#" },
    problems: [],
  });
  const { problems } = await check(`topik = 1${global}`, strict);
  assert.deepEqual(problems, [
    '<config>:2:1: Cannot use module.clock.topik: found an unknown key; expected a known one (Write "topic".)',
  ]);
});

Deno.test("checkSection keeps keys of [global] out of strict tables within the section", async () => {
  const strict = z.strictObject({
    startup: z.strictObject({ topic: z.string() }),
    db: z.strictObject({ host: z.string() }).optional(),
  });
  const global = `
[module.clock.db]
host = "own"
[global.startup]
topic = "start"
network-name = "mainnet"
[global.db]
port = 5432
[global.db.pool]
size = 3`;
  assert.deepEqual(await check(global, strict), {
    value: { startup: { topic: "start" }, db: { host: "own" } },
    problems: [],
  });
  const { problems } = await check(
    `db = { host = "own", hots = 1 }\n[global.startup]\ntopic = "start"\nsync = 1`,
    strict,
  );
  assert.deepEqual(problems, [
    "<config>:2:22: Cannot use module.clock.db.hots: found an unknown key; expected a known one",
  ]);
});

Deno.test("checkSection keeps keys of [global] from strict schemas of valibot and arktype", async () => {
  // Both lack a JSON Schema. Valibot rejects one key at a time.
  const valibot = strictSchema((unknown) =>
    unknown.slice(0, 1).map((key) => ({
      message: `Invalid key: Expected never but received "${key}"`,
      type: "strict_object",
      expected: "never",
      path: [{ key }],
    }))
  );
  const arktype = strictSchema((unknown) =>
    unknown.map((key) => ({
      message: `${key} must be removed`,
      code: "predicate",
      expected: "removed",
      path: [key],
    }))
  );
  for (const schema of [valibot, arktype]) {
    const global = "\n[global]\na = 1\nb = 2\n[global.startup]\nc = 3";
    const { value, problems } = await check(`topic = "x"${global}`, schema);
    assert.deepEqual(problems, []);
    assert.deepEqual({ ...value as object }, { topic: "x" });
    const wrong = await check(`topik = "x"${global}`, schema);
    assert.deepEqual(wrong.problems, [
      "<config>:2:1: Cannot use module.clock.topik: found an unknown key; expected a known one",
    ]);
  }
});

Deno.test("checkSection keeps a key of the section itself that looks like a path in [global]", async () => {
  const { problems } = await check(
    'a = { b = 1 }\n[global]\n"a.b" = 2',
    z.strictObject({ a: z.strictObject({}) }),
  );
  assert.deepEqual(problems, [
    "<config>:2:7: Cannot use module.clock.a.b: found an unknown key; expected a known one",
  ]);
});

/** Returns a schema that knows only `topic`. */
function strictSchema(
  issuesOf: (unknown: readonly string[]) => readonly SchemaIssue[],
): StandardSchema {
  return {
    "~standard": {
      version: 1,
      vendor: "x",
      validate: (value) => {
        const keys = Object.keys(value as object);
        const issues = issuesOf(keys.filter((key) => key !== "topic"));
        return issues.length > 0 ? { issues } : { value };
      },
    },
  };
}

Deno.test("checkSection() places a wrong value of [global] in [global]", async () => {
  const { problems } = await check(
    "[global]\ndb = { port = 1 }",
    z.object({ db: z.object({ port: z.string() }) }),
  );
  assert.deepEqual(problems, [
    "<config>:3:8: Cannot use module.clock.db.port: found 1 (Invalid input: expected string, received number)",
  ]);
});

Deno.test("checkSection() also checks the section of a bus", async () => {
  const config = await readConfig(
    '[message-bus.ext]\nclass = "rabbit-mq"\nprefetch = "x"',
    { env: {} },
  );
  const [bus] = config.buses;
  const { problems } = await checkSection(
    config,
    { path: bus!.path, section: bus!.settings },
    z.object({ prefetch: z.number() }),
  );
  assert.deepEqual(problems.map(formatProblem), [
    '<config>:3:1: Cannot use message-bus.ext.prefetch: found "x" (Invalid input: expected number, received string)',
  ]);
});

Deno.test("checkSection() names the variable that a wrong value came from", async () => {
  const env = { CARYATID_MODULE__CLOCK__EVERY: "often" };
  const config = await readConfig("[module.clock]\nevery = 1", { env });
  const schema = z.object({ every: z.number() });
  const { problems } = await checkSection(config, config.modules[0]!, schema);
  assert.equal(
    problems[0]!.place!.source,
    "environment CARYATID_MODULE__CLOCK__EVERY",
  );
});

Deno.test("checkSection() prints no secret that the text of the schema contains", async () => {
  const schema: StandardSchema = {
    "~standard": {
      version: 1,
      vendor: "x",
      validate: (value) => ({
        issues: [{ message: `bad ${JSON.stringify(value)}\n`, path: ["url"] }],
      }),
    },
  };
  const { problems } = await check(
    'url = "amqp://u:s3cret@h"\ndb = { password = "pa55" }\nother = "http://u:0pen@h"',
    schema,
  );
  assert.match(problems[0]!, /Cannot use module.clock.url: found text \(bad /);
  assert.doesNotMatch(problems.join(), /s3cret|pa55|0pen|\n/);
});

Deno.test("checkSection() reports a schema that throws", async () => {
  for (
    const validate of [
      () => {
        throw new Error("boom");
      },
      () => Promise.reject(new Error("boom")),
    ]
  ) {
    const schema: StandardSchema = {
      "~standard": { version: 1, vendor: "x", validate },
    };
    assert.deepEqual((await check("", schema)).problems, [
      "<config>:1:9: Cannot use module.clock: found a table (its schema throws: boom)",
    ]);
  }
});

Deno.test("F5 checkSection() treats keys like constructor as data", async () => {
  const schema = z.object({ topic: z.string().optional() });
  const unknown = await check("constructor = 1\ntoString = 1", schema);
  assert.equal(unknown.problems.length, 2);
  assert.equal(unknown.value, undefined);
  const { problems } = await check(
    "",
    z.object({ constructor: z.number(), toString: z.number() }),
  );
  assert.match(problems[0]!, /module.clock.constructor: found nothing/);
});

async function check(keys: string, schema: StandardSchema | undefined) {
  const config = await readConfig(`[module.clock]\n${keys}`, { env: {} });
  const checked = await checkSection(config, config.modules[0]!, schema);
  return {
    value: checked.value,
    problems: checked.problems.map(formatProblem),
  };
}
