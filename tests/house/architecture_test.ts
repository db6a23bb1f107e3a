import assert from "node:assert/strict";
import { ROOT } from "../support/running_program.ts";

Deno.test("docs/architecture.md names files that exist", async () => {
  const page = await Deno.readTextFile(`${ROOT}docs/architecture.md`);
  const named = Array.from(page.matchAll(/`([\w/]+\.ts)`/g), ([, p]) => p!);
  assert(named.length > 20);
  const missing: string[] = [];
  for (const path of named) {
    await Deno.stat(ROOT + path).catch(() => missing.push(path));
  }
  assert.deepEqual(missing, []);
});

Deno.test("docs/README.md links to every page of docs", async () => {
  const index = await Deno.readTextFile(`${ROOT}docs/README.md`);
  const linked = Array.from(
    index.matchAll(/\]\(([\w/-]+\.md)\)/g),
    ([, p]) => p!,
  );
  const pages: string[] = [];
  for (const folder of ["", "guide/", "reference/", "evidence/"]) {
    for await (const { name } of Deno.readDir(`${ROOT}docs/${folder}`)) {
      const page = folder + name;
      if (page.endsWith(".md") && page !== "README.md") pages.push(page);
    }
  }
  assert.deepEqual(linked.toSorted(), pages.toSorted());
});
