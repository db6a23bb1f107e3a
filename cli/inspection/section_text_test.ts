import assert from "node:assert/strict";
import { parse } from "smol-toml";
import { readSectionText, sectionText } from "./section_text.ts";

Deno.test("readSectionText restores every value of TOML", async () => {
  const section = parse(`
    text = "x"
    number = 1.5
    infinite = -inf
    none = nan
    date = 2026-11-24
    time = 2026-11-24T08:16:21+01:00
    list = [1, [true]]
    __proto__ = 1
    [table]
    constructor = "a key like any other"
  `);
  const read = await readSectionText(sectionText(section, "mark"), "mark");
  const { date, time, table } = read as Record<string, Date>;
  assert.equal(JSON.stringify(read), JSON.stringify(section));
  assert.equal(Object.getPrototypeOf(table), null);
  assert(date instanceof Date && time instanceof Date);
  assert.equal(date.toISOString(), "2026-11-24");
  assert.equal((read as Record<string, unknown>)["infinite"], -Infinity);
  assert(Number.isNaN((read as Record<string, unknown>)["none"]));
});
