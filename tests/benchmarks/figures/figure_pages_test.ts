import assert from "node:assert/strict";
import { ROWS } from "../goals/goal_table.ts";
import { COMMITTED, readResults, type Results } from "../results/results.ts";
import { caseNamed } from "../suites.ts";
import { figureParts } from "./figure_pages.ts";
import { fillPage, unformatted } from "./fill_page.ts";
import { FIGURES } from "./write_figures.ts";

const README = new URL("../../../README.md", import.meta.url);

const results = (await readResults(COMMITTED))!;

Deno.test("docs/evidence/figures.md has the values of figures.json", async () => {
  const page = await Deno.readTextFile(FIGURES);
  const expected = fillPage(page, figureParts(results));
  assert.equal(unformatted(page), unformatted(expected));
});

Deno.test("README.md shows figures that docs/evidence/figures.md has", async () => {
  const page = await Deno.readTextFile(FIGURES);
  const readme = await Deno.readTextFile(README);
  const [why] = readme.split("\n## Why\n")[1]!.split("\n## ");
  const shown = why!.match(/\d[\d.]* (?:[Mk]\/s|×)/g) ?? [];
  assert(shown.length > 2);
  for (const figure of shown) assert(page.includes(figure), figure);
});

Deno.test("figures.json has only cases that exist, and rows name such cases", () => {
  for (const name of Object.keys(results.cases)) assert(caseNamed(name), name);
  for (const { suite, case: name } of ROWS) {
    assert(caseNamed(`${suite}/${name}`), name);
  }
});

Deno.test("a row shows the first figure, its ratio and the verdict of its goal", () => {
  const spread = (median: number) => ({ median, least: 0, most: 0 });
  const made: Results = {
    machine: { cpu: "CPU", cores: 2, deno: "2.9.6", v8: "15" },
    cases: {
      "core/publish": {
        unit: "/s",
        clock: "thread",
        runs: 5,
        figures: {
          ours: spread(9_000_000),
          peer: spread(1),
          ratio: spread(0.79),
        },
        commit: "1234567",
        date: "2026-11-30T12:00:00.000Z",
        load: 3,
      },
    },
  };
  const { figures, conditions } = figureParts(made);
  const [head, , ...rows] = figures!.split("\n\n")[1]!.split("\n");
  assert.match(head!, /^\| Case \| Benchmark \| Caryatid \|/);
  assert.equal(rows.length, 1);
  assert.match(
    rows[0]!,
    /\| `publish` \| 9\.00 M\/s \| 0\.79 × a plain ring .* \| ≥ 0\.80: missed \|/,
  );
  assert.match(conditions!, /2026-11-30, commit 1234567\. .* was 3\.0/);
});
