import assert from "node:assert/strict";
import { fillPage, unformatted } from "../figures/fill_page.ts";
import { pageParts } from "./page.ts";
import { EVIDENCE, SCALE_RESULTS, type ScaleResults } from "./scale_results.ts";
import { drawCurve } from "./svg.ts";

const results: ScaleResults = JSON.parse(
  await Deno.readTextFile(SCALE_RESULTS),
);
const page = await Deno.readTextFile(new URL("scale.md", EVIDENCE));

Deno.test("docs/evidence/scale.md has the values of scale.json and of the simulation", () => {
  assert.equal(
    unformatted(page),
    unformatted(fillPage(page, pageParts(results))),
  );
});

Deno.test("each curve of docs/evidence is drawn from scale.json", async () => {
  for (const curve of results.curves) {
    const file = new URL(`scale-${curve.name}.svg`, EVIDENCE);
    assert.equal(await Deno.readTextFile(file), drawCurve(curve), curve.name);
  }
});

Deno.test("a page without a part cannot be filled", () => {
  assert.throws(() => fillPage("<!-- a -->", { a: "text" }), /no part a/);
});
