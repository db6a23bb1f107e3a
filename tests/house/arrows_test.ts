import assert from "node:assert/strict";
import { ROOT } from "../support/running_program.ts";
import { isAllowed, parseArrowTable, rowOf } from "./arrow_table.ts";
import { findCycles } from "./cycles.ts";
import { readImports } from "./import_graph.ts";

const rows = parseArrowTable(
  await Deno.readTextFile(`${ROOT}docs/architecture.md`),
);
const imports = await readImports();

Deno.test("the table of arrows has a row for every file and only folders that exist", async () => {
  const uncovered = imports.map(({ from }) => from)
    .filter((file) => file !== "mod.ts" && rowOf(file, rows) === undefined);
  assert.deepEqual([...new Set(uncovered)], []);
  const folders = rows.flatMap(({ folder, targets }) => [folder, ...targets]);
  for (const folder of folders) {
    if (!folder.includes("*")) await Deno.stat(ROOT + folder);
  }
});

Deno.test("files import only what the table of arrows allows their folder", () => {
  const found = imports.filter(({ from, to }) => {
    const [row, target] = [rowOf(from, rows), rowOf(to, rows)];
    // Only test support reaches the folder `tests`, which has no row.
    if (target === undefined) return row?.folder !== "**/testing";
    return row !== undefined && !isAllowed(row, target);
  });
  assert.deepEqual(found.map(arrow), []);
});

Deno.test("packages import each other by name, not by a relative path", () => {
  const found = imports.filter(({ from, to, specifier }) =>
    from !== "mod.ts" && !to.startsWith("tests/") &&
    packageOf(from) !== packageOf(to) && !specifier.startsWith("@caryatid/")
  );
  assert.deepEqual(found.map(arrow), []);
});

Deno.test("no files import each other in a cycle of values or types", () => {
  const cycles = findCycles(imports);
  assert.deepEqual(cycles.map((cycle) => cycle.join(" → ")), []);
});

Deno.test("findCycles returns a shortest cycle for each group of files", () => {
  const edges = ["ab", "bc", "ca", "ac", "de", "ed", "ef", "gg"];
  const cycles = findCycles(
    edges.map(([from, to]) => ({
      from: from!,
      to: to!,
      specifier: "",
      isStatic: true,
    })),
  );
  assert.deepEqual(cycles.map((cycle) => cycle.join("")), [
    "aca",
    "bcab",
    "ded",
    "gg",
  ]);
});

function arrow({ from, to }: { from: string; to: string }): string {
  return `${from} → ${to}`;
}

function packageOf(file: string): string {
  return file.split("/")[0]!;
}
