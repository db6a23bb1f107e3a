import assert from "node:assert/strict";
import { SECTIONS } from "./sections.ts";

const FILES = SECTIONS.flatMap(({ files }) => files);

Deno.test("SECTIONS lists the ids that each file checks", () => {
  for (const { file, ids, properties } of FILES) {
    const checked = new Set(properties.map(({ id }) => id));
    assert.deepEqual([...checked].sort(), [...ids].sort(), file);
    assert(file.startsWith(`${ids[0]!.toLowerCase()}_`), file);
  }
});

Deno.test("SECTIONS lists every file that checks properties", async () => {
  const found: string[] = [];
  for await (const { name } of Deno.readDir(new URL(".", import.meta.url))) {
    if (/^[ab]\d+_.*\.ts$/.test(name)) found.push(name);
  }
  assert.deepEqual(FILES.map(({ file }) => file).sort(), found.sort());
});
