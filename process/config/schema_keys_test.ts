import type { StandardSchema } from "@caryatid/sdk";
import assert from "node:assert/strict";
import { z } from "zod";
import { checkSection } from "./check_section.ts";
import { formatProblem } from "./config_error.ts";
import { readConfig } from "./read_config.ts";

Deno.test("checkSection rejects keys that the schema does not know, with the nearest", async (t) => {
  const schema = z.object({
    topic: z.string().optional(),
    pool: z.object({ size: z.number() }).optional(),
  });
  const topik =
    '<config>:2:1: Cannot use module.clock.topik: found an unknown key; expected a known one (Write "topic".)';

  await t.step("of a table and of a table in it", async () => {
    const { value, problems } = await check(
      "topik = 1\npool = { size = 1, sise = 2 }",
      schema,
    );
    assert.equal(value, undefined);
    assert.deepEqual(problems, [
      topik,
      '<config>:3:20: Cannot use module.clock.pool.sise: found an unknown key; expected a known one (Write "size".)',
    ]);
  });

  await t.step("together with wrong values", async () => {
    const { problems } = await check("topik = 1\ntopic = 2", schema);
    assert.equal(problems.length, 2);
    assert.equal(problems[0], topik);
  });

  await t.step("a key that is like no known one gets the list", async () => {
    const { problems } = await check("database = 1", schema);
    assert.match(problems[0]!, /\(Use one of "topic", "pool"\.\)$/);
  });

  await t.step("but not keys that come from [global]", async () => {
    const { problems } = await check(
      "pool = { size = 1 }\n[global]\ndb = 1\npool = { wait = 1 }",
      schema,
    );
    assert.deepEqual(problems, []);
  });

  await t.step(
    "but no key if the schema takes any, or cannot list its keys",
    async () => {
      const open: StandardSchema[] = [
        z.looseObject({ topic: z.string().optional() }),
        z.record(z.string(), z.unknown()),
        z.object({ at: z.date().optional() }),
        z.any(),
        keeper({ topic: {} }, { additionalProperties: true }),
        keeper({ topic: {} }, { patternProperties: { "^x-": {} } }),
        {
          "~standard": {
            version: 1,
            vendor: "x",
            validate: (value) => ({ value }),
          },
        },
      ];
      for (const schema of open) {
        assert.deepEqual((await check("topik = 1", schema)).problems, []);
      }
    },
  );

  await t.step("of all alternatives together", async () => {
    const either = z.union([
      z.object({ topic: z.string() }),
      z.object({ path: z.string() }),
    ]);
    assert.deepEqual((await check('path = "x"', either)).problems, []);
    assert.deepEqual(
      (await check('topic = "x"\nother = 1', either)).problems.length,
      1,
    );
  });

  await t.step("of a schema that refers to itself", async () => {
    const tree = z.object({
      name: z.string(),
      get child() {
        return tree.optional();
      },
    });
    const { problems } = await check(
      'name = "a"\nchild = { name = "b", child = { name = "c", nam = 1 } }',
      tree,
    );
    assert.match(problems.join(), /child\.child\.nam: .*Write "name"/);
  });

  await t.step("of a library that keeps unknown keys", async () => {
    const { problems } = await check("topik = 1", keeper({ topic: {} }));
    assert.deepEqual(problems, [topik]);
  });
});

async function check(keys: string, schema: StandardSchema | undefined) {
  const config = await readConfig(`[module.clock]\n${keys}`, { env: {} });
  const checked = await checkSection(config, config.modules[0]!, schema);
  return {
    value: checked.value,
    problems: checked.problems.map(formatProblem),
  };
}

/** Like arktype by default: takes all keys, and lists those that it knows. */
function keeper(
  properties: Record<string, unknown>,
  more: Record<string, unknown> = {},
): StandardSchema {
  const standard = {
    version: 1 as const,
    vendor: "arktype",
    validate: (value: unknown) => ({ value }),
    jsonSchema: { input: () => ({ type: "object", properties, ...more }) },
  };
  return { "~standard": standard };
}
