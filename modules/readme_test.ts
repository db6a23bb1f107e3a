import type { Module } from "@caryatid/sdk";
import { parse } from "smol-toml";
import assert from "node:assert/strict";
import { clock, spy } from "./mod.ts";

/** Keys that stand only beside others. */
const BESIDE: Readonly<Record<string, object>> = {
  "time-zone": { cron: "* * * * *" },
};

for (const module of [clock, spy]) {
  Deno.test(`${module.name}/README.md has all keys of ${module.name}, and their real defaults`, async () => {
    const rows = rowsOf(
      await Deno.readTextFile(
        new URL(`./${module.name}/README.md`, import.meta.url),
      ),
    );
    assert.deepEqual(rows.map(({ key }) => key).sort(), keysOf(module).sort());
    for (const { key, value } of rows) {
      const defaults = await checked(module, { ...BESIDE[key] });
      assert.deepEqual(defaults[key], value, key);
      if (value === undefined) continue;
      const given = { ...BESIDE[key], [key]: value };
      assert.deepEqual(await checked(module, given), defaults);
    }
  });
}

/** A row of the table of keys; `value` is its default, if it has one. */
interface Row {
  readonly key: string;
  readonly value: unknown;
}

function rowsOf(readme: string): Row[] {
  const table = readme.slice(readme.indexOf("\n| Key"));
  const rows = table.matchAll(/^\| `([^`]+)` +\| (?:`([^`]+)`|none) /gm);
  return [...rows].map(([, key, value]) => ({
    key: key!,
    // copied: a table of smol-toml has no prototype
    value: value && structuredClone(parse(`value = ${value}`).value),
  }));
}

function keysOf({ config }: Module): string[] {
  const standard = config!["~standard"] as unknown as {
    jsonSchema: { input(options: object): { properties: object } };
  };
  const schema = standard.jsonSchema.input({ target: "draft-2020-12" });
  return Object.keys(schema.properties);
}

async function checked(
  { config }: Module,
  section: object,
): Promise<Record<string, unknown>> {
  const result = await config!["~standard"].validate(section);
  assert.equal(result.issues, undefined);
  return (result as { value: Record<string, unknown> }).value;
}
