import assert from "node:assert/strict";
import { type ConfigDefaults, defaultsSchema } from "./config_defaults.ts";
import { issuePath } from "./standard_schema.ts";

const DEFAULTS = {
  topic: "clock.tick",
  every: 1,
  quiet: false,
  tags: ["a"],
  any: [],
  retry: { attempts: 3, backoff: 0.5 },
} satisfies ConfigDefaults;

/** Returns the value of a section, or its issues as `path: message`. */
async function validate(
  section: unknown,
  defaults: ConfigDefaults = DEFAULTS,
): Promise<unknown> {
  const result = await defaultsSchema(defaults)["~standard"].validate(section);
  return result.issues?.map((issue) =>
    `${issuePath(issue)}: ${issue.message}`
  ) ??
    ("value" in result ? result.value : undefined);
}

Deno.test("defaults fill in the missing keys of a section", async () => {
  assert.deepEqual(await validate({}), DEFAULTS);
  assert.deepEqual(
    await validate({ every: 2, retry: { attempts: 1 }, any: [1, "x"] }),
    {
      ...DEFAULTS,
      every: 2,
      retry: { attempts: 1, backoff: 0.5 },
      any: [1, "x"],
    },
  );
});

Deno.test("a section is checked against the types of the defaults, all problems at once", async () => {
  const section = {
    topic: 7,
    every: "2",
    quiet: null,
    tags: ["b", 2],
    any: {},
    retry: { attempts: [], backof: 1 },
    evry: 1,
  };
  assert.deepEqual(await validate(section), [
    "topic: found a number; expected a string",
    "every: found a string; expected a number",
    "quiet: found null; expected a boolean",
    "tags[1]: found a number; expected a string",
    "any: found a table; expected a list",
    "retry.attempts: found a list; expected a number",
    'retry: the key "backof" is unknown',
    ': the key "evry" is unknown',
  ]);
  assert.deepEqual(await validate("text"), [
    ": found a string; expected a table",
  ]);
});

Deno.test("a later change of the defaults does not change the module", async () => {
  const defaults: Record<string, string> = { topic: "a" };
  const schema = defaultsSchema(defaults);
  defaults["topic"] = "b";
  assert.deepEqual(await schema["~standard"].validate({}), {
    value: { topic: "a" },
  });
});

Deno.test("`__proto__` in a section is an unknown key", async () => {
  assert.deepEqual(
    await validate(JSON.parse('{"__proto__": {"topic": "x"}}')),
    [
      ': the key "__proto__" is unknown',
    ],
  );
});
