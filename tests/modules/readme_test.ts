import { playback, record } from "@caryatid/modules";
import type { Module } from "@caryatid/sdk";
import assert from "node:assert/strict";
import { parse } from "smol-toml";
import { ROOT } from "../examples/program.ts";
import { blocksIn } from "../examples/readme.ts";

/** What zod says of a section. */
interface Section {
  readonly properties: Readonly<Record<string, { readonly default?: unknown }>>;
}

for (const module of [record, playback]) {
  const readme = await Deno.readTextFile(
    `${ROOT}modules/${module.name}/README.md`,
  );

  Deno.test(`modules/${module.name}/README.md names every key, and its real default`, () => {
    const { properties } = sectionOf(module);
    const real = Object.entries(properties).map(([key, { default: value }]) => [
      key,
      // A table has none to show.
      typeof value === "object" ? undefined : value,
    ]);
    assert.deepEqual(sorted(documented(readme)), sorted(real));
  });

  Deno.test(`what modules/${module.name}/README.md configures is what it takes`, async () => {
    const blocks = blocksIn(readme, "toml");
    assert(blocks.length > 0);
    for (const block of blocks) {
      const { module: sections } = parse(block) as {
        module: Record<string, Record<string, unknown>>;
      };
      const section = { path: "recordings", ...sections[module.name] };
      const result = await module.config!["~standard"].validate(section);
      assert.equal(result.issues, undefined);
    }
  });
}

Deno.test("a date of TOML says where a playback begins", async () => {
  const section = parse('path = "x"\nfrom = 2026-11-24T08:16:21Z');
  const result = await playback.config!["~standard"].validate(section);
  assert(!result.issues);
  assert.deepEqual(
    (result.value as { from: Date }).from,
    new Date("2026-11-24T08:16:21Z"),
  );
});

function sectionOf(module: Module): Section {
  const standard = module.config!["~standard"] as unknown as {
    jsonSchema: { input(options: { target: string }): Section };
  };
  return standard.jsonSchema.input({ target: "draft-2020-12" });
}

/** The first two columns of the table of keys. */
function documented(readme: string): [string, unknown][] {
  const rows = readme.split("## Keys")[1]!.split("\n## ")[0]!.matchAll(
    /^\| `([\w-]+)` +\| (`[^|]*`|\w+) +\|/gm,
  );
  return [...rows].map(([, key, value]) => [
    key!,
    value!.startsWith("`") ? parse(`x = ${value!.slice(1, -1)}`).x : undefined,
  ]);
}

function sorted<T extends readonly unknown[]>(rows: T[]): T[] {
  return rows.sort((a, b) => String(a[0]).localeCompare(String(b[0])));
}
