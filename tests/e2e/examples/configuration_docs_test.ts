import { Process } from "@caryatid/process";
import assert from "node:assert/strict";
import { readConfig } from "../../../process/config/read_config.ts";
import { ROOT } from "../../support/running_program.ts";
import { blocksIn, keysIn } from "./readme.ts";

const PAGE = await Deno.readTextFile(`${ROOT}docs/reference/configuration.md`);

/** Part of a JSON Schema that the tests read. */
interface Schema {
  readonly properties?: Readonly<Record<string, unknown>>;
}

Deno.test("docs/reference/configuration.md names keys that exist, and their real defaults", async (t) => {
  const around = `
    [module.x]
    class = "x"
    [message-bus.x]
    class = "in-memory"
    [log.levels]
    [monitor]
    [tracing]
  `;
  const base = await readConfig(around, { env: {} });
  for (const { table, key, value } of keysIn(PAGE)) {
    if (value === undefined) continue;
    const row = `[${table}]\n${key} = ${value}`;
    await t.step(row.replace("\n", " "), async () => {
      const config = await readConfig([around, row], { env: {} });
      assert.deepEqual(config.notices, []);
      // A bus reads its keys itself.
      if (table.startsWith("message-bus")) {
        await Process.create({ config: [around, row], env: {} });
      } else {
        assert.deepEqual(plain(config), plain(base));
      }
    });
  }
});

Deno.test("docs/reference/configuration.md names every key that the schema for editors has", async () => {
  const path = `${ROOT}cli/caryatid.schema.json`;
  const { properties, definitions } = JSON.parse(await Deno.readTextFile(path));
  const { module, "message-bus": bus } = definitions; // any of them
  const tables: Record<string, Schema> = {
    ...properties,
    module,
    "message-bus": bus,
  };
  for (const [table, { properties: keys = {} }] of Object.entries(tables)) {
    for (const [key, allowed] of Object.entries(keys)) {
      if (allowed === false) continue;
      const subtable = new RegExp(`\\[${table}\\.(<id>\\.)?${key}\\]`);
      const isNamed = PAGE.includes(`\`${key}\``) || subtable.test(PAGE);
      assert(isNamed, `[${table}] ${key}`);
    }
  }
});

Deno.test("docs/reference/configuration.md shows a configuration without notices", async () => {
  const [file] = blocksIn(PAGE, "toml");
  const { notices } = await readConfig(file!, { env: {} });
  assert.deepEqual(notices, []);
});

/** Returns the configuration without the tables that it was read from. */
function plain(config: object): unknown {
  const { merged: _, ...read } = JSON.parse(JSON.stringify(config));
  return read;
}
