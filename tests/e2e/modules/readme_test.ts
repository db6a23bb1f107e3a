import { clock, playback, record, spy } from "@caryatid/modules";
import type { Module } from "@caryatid/sdk";
import assert from "node:assert/strict";
import { parse } from "smol-toml";
import { ROOT } from "../../support/running_program.ts";
import { blocksIn } from "../examples/readme.ts";

/** Required keys of a section, and keys that a key needs. */
const NEEDED: Readonly<Record<string, object>> = {
  playback: { path: "recordings" },
  record: { path: "recordings" },
  "time-zone": { cron: "* * * * *" },
};

for (const module of [clock, playback, record, spy]) {
  const readme = await Deno.readTextFile(
    `${ROOT}modules/${module.name}/README.md`,
  );

  Deno.test(`modules/${module.name}/README.md names every key, and its real default`, async () => {
    const rows = documented(readme);
    const keys = rows.map(([key]) => key);
    assert.deepEqual(keys.sort(), Object.keys(propertiesOf(module)).sort());
    for (const [key, value] of rows) {
      const section = { ...NEEDED[module.name], ...NEEDED[key] };
      if (key in section) continue; // it has no default
      const { [key]: real } = await checked(module, section);
      assert.deepEqual(real, value, key);
    }
  });

  Deno.test(`the configuration in modules/${module.name}/README.md is accepted`, async () => {
    const blocks = blocksIn(readme, "toml");
    assert(blocks.length > 0);
    for (const block of blocks) {
      const { module: sections } = parse(block) as {
        module: Record<string, Record<string, unknown>>;
      };
      for (const section of Object.values(sections)) {
        if ((section.class ?? module.name) !== module.name) continue;
        const { class: _, ...rest } = section;
        await checked(module, { ...NEEDED[module.name], ...rest });
      }
    }
  });
}

Deno.test("a date of TOML sets the beginning of a playback", async () => {
  const section = parse('path = "x"\nfrom = 2026-11-24T08:16:21Z');
  const result = await playback.config!["~standard"].validate(section);
  assert(!result.issues);
  assert.deepEqual(
    (result.value as { from: Date }).from,
    new Date("2026-11-24T08:16:21Z"),
  );
});

function propertiesOf({ config }: Module): object {
  const standard = config!["~standard"] as unknown as {
    jsonSchema: { input(options: object): { properties: object } };
  };
  return standard.jsonSchema.input({ target: "draft-2020-12" }).properties;
}

async function checked(
  { config }: Module,
  section: object,
): Promise<Record<string, unknown>> {
  const result = await config!["~standard"].validate(section);
  assert.equal(result.issues, undefined);
  return (result as { value: Record<string, unknown> }).value;
}

/** Returns the first two columns of the table of keys. */
function documented(readme: string): [string, unknown][] {
  const rows = readme.split("## Keys")[1]!.split("\n## ")[0]!.matchAll(
    /^\| `([\w-]+)` +\| (`[^|]*`|\w+) +\|/gm,
  );
  return [...rows].map(([, key, value]) => [
    key!,
    // copied: a table of smol-toml has no prototype
    value!.startsWith("`")
      ? structuredClone(parse(`x = ${value!.slice(1, -1)}`).x)
      : undefined,
  ]);
}
