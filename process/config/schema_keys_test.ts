import type { StandardSchema } from "@caryatid/sdk";
import assert from "node:assert/strict";
import { z } from "zod";
import { checkSection } from "./check_section.ts";
import { formatProblem } from "./config_error.ts";
import { readConfig } from "./read_config.ts";

Deno.test("checkSection() warns of keys that the schema doesn't know, with the nearest", async (t) => {
  const schema = z.object({
    topic: z.string().optional(),
    pool: z.object({ size: z.number() }).optional(),
  });
  const topik =
    '<config>:2:1: Cannot use module.clock.topik: found an unknown key, wanted a known one (write "topic")';

  await t.step("of a table and of a table in it", async () => {
    const { value, notices } = await check(
      "topik = 1\npool = { size = 1, sise = 2 }",
      schema,
    );
    assert.deepEqual(value, { pool: { size: 1 } });
    assert.deepEqual(notices, [
      topik,
      '<config>:3:20: Cannot use module.clock.pool.sise: found an unknown key, wanted a known one (write "size")',
    ]);
  });

  await t.step("also beside problems", async () => {
    const { problems, notices } = await check("topik = 1\ntopic = 2", schema);
    assert.equal(problems.length, 1);
    assert.deepEqual(notices, [topik]);
  });

  await t.step("one that is like none gets the list", async () => {
    const { notices } = await check("database = 1", schema);
    assert.match(notices[0]!, /\(known: "topic", "pool"\)$/);
  });

  await t.step("not of those that come from [global]", async () => {
    const { notices } = await check(
      "pool = { size = 1 }\n[global]\ndb = 1\npool = { wait = 1 }",
      schema,
    );
    assert.deepEqual(notices, []);
  });

  await t.step(
    "not where any key is taken, or the schema can't be asked",
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
        assert.deepEqual((await check("topik = 1", schema)).notices, []);
      }
    },
  );

  await t.step("of all alternatives together", async () => {
    const either = z.union([
      z.object({ topic: z.string() }),
      z.object({ path: z.string() }),
    ]);
    assert.deepEqual((await check('path = "x"', either)).notices, []);
    assert.deepEqual(
      (await check('topic = "x"\nother = 1', either)).notices.length,
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
    const { notices } = await check(
      'name = "a"\nchild = { name = "b", child = { name = "c", nam = 1 } }',
      tree,
    );
    assert.match(notices.join(), /child\.child\.nam: .*write "name"/);
  });

  await t.step("of a library that keeps what it doesn't know", async () => {
    const { value, notices } = await check("topik = 1", keeper({ topic: {} }));
    assert.deepEqual({ ...value as object }, { topik: 1 });
    assert.deepEqual(notices, [topik]);
  });
});

async function check(keys: string, schema: StandardSchema | undefined) {
  const config = await readConfig(`[module.clock]\n${keys}`, { env: {} });
  const checked = await checkSection(config, config.modules[0]!, schema);
  return {
    value: checked.value,
    problems: checked.problems.map(formatProblem),
    notices: checked.notices.map(formatProblem),
  };
}

/** As arktype does by default: it takes all keys, and tells those it knows. */
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
