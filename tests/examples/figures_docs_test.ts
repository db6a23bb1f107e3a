import assert from "node:assert/strict";
import { ROOT } from "../support/running_program.ts";
import { Program } from "./program.ts";

const PAGE = await Deno.readTextFile(`${ROOT}docs/figures.md`);

Deno.test("docs/figures.md names benchmarks that exist", async () => {
  await using bench = new Program(["task", "bench", "--help"]);
  assert.equal(await bench.ended(), 0);
  const existing = bench.lines.map((line) => line.trim());
  for (const chapter of PAGE.split("\n## ").slice(1)) {
    const [suite] = chapter.match(/^\w+/)!;
    const figures = rowsIn(chapter);
    assert(figures.length > 0);
    for (const [, cases = ""] of figures) {
      for (const [, name] of cases.matchAll(/`(\S+)`/g)) {
        assert(existing.includes(`${suite}/${name}`), `${suite}/${name}`);
      }
    }
  }
});

Deno.test("README.md shows figures that docs/figures.md has", async () => {
  const readme = await Deno.readTextFile(`${ROOT}README.md`);
  const figures = rowsIn(PAGE);
  const shown = rowsIn(readme.split("\n## Figures")[1]!);
  assert(shown.length > 0);
  for (const [what, ours, beside] of shown) {
    const isThere = figures.some(([, , figure, peer = ""]) =>
      figure === ours && peer.startsWith(beside!)
    );
    assert(isThere, what);
  }
});

/** The rows of its tables below their heads, as cells. */
function rowsIn(text: string): string[][] {
  return [...text.matchAll(/^\| (?!What |-)(.*) \|$/gm)].map(([, row]) =>
    row!.split(" | ").map((cell) => cell.trim())
  );
}
