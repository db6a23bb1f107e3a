import assert from "node:assert/strict";
import { caseNamed, SUITES } from "../suites.ts";
import type { Outcome } from "../harness.ts";
import { goalLines, type GoalRow, GOALS } from "./goal_table.ts";

Deno.test("each goal names a case with a ratio, and is the only goal of it", () => {
  for (const row of GOALS) {
    const name = `${row.suite}/${row.case}`;
    const found = caseNamed(name);
    assert(found?.ratio, name);
    assert(!found.goals?.some(({ of }) => of === "ratio"), name);
    assert(["at least", "at most"].includes(row.direction), name);
  }
  const names = GOALS.map((row) => `${row.suite}/${row.case}`);
  assert.equal(new Set(names).size, GOALS.length);
});

Deno.test("all suites together take at most 25 minutes", () => {
  const minutes = SUITES.reduce((sum, suite) => sum + suite.minutes, 0);
  assert(minutes <= 25, `found ${minutes}`);
});

const ROWS: readonly GoalRow[] = [
  row("fast", "at least", 0.8),
  row("small", "at most", 1.5),
  row("gone", "at most", 2),
  row("wrong", "at most", 2),
  row("other", "at least", 1),
];

function row(
  name: string,
  direction: GoalRow["direction"],
  goal: number,
): GoalRow {
  return { suite: "a", case: name, name, compared: "a peer", direction, goal };
}

function measured(ratio: number): Outcome {
  const spread = { median: ratio, least: ratio, most: ratio };
  return { unit: "/s", clock: "wall", runs: 1, figures: { ratio: spread } };
}

Deno.test("the table shows measured, goal and verdict of the measured cases only", () => {
  const outcomes = new Map<string, Outcome>([
    ["a/fast", measured(0.8)],
    ["a/small", measured(1.51)],
    ["a/gone", { skipped: "no broker" }],
    ["a/wrong", { failed: "lost messages" }],
    ["a/without-goal", measured(1)],
  ]);
  assert.deepEqual(goalLines(outcomes, ROWS), [
    "goal   case     measured      goal",
    "fast   a/fast     0.80 ×  ≥ 0.80 ×  met",
    "small  a/small    1.51 ×  ≤ 1.50 ×  missed",
    "gone   a/gone          –  ≤ 2.00 ×  skipped: no broker",
    "wrong  a/wrong         –  ≤ 2.00 ×  failed",
    "1 met, 1 missed, 1 skipped, 1 failed",
  ]);
});

Deno.test("a run without a goal prints no table", () => {
  assert.deepEqual(goalLines(new Map([["a/b", measured(1)]]), ROWS), []);
});
