import assert from "node:assert/strict";
import type { Machine } from "../conditions.ts";
import {
  disturbedCases,
  mergeResults,
  readResults,
  type Results,
  withoutCases,
  writeResults,
} from "./results.ts";

const HERE: Machine = { cpu: "a", cores: 2, deno: "2.9.6", v8: "15" };
const WHEN = { commit: "1234567", date: "2026-11-30T00:00:00Z", load: 1 };

function figure(median: number) {
  const ours = { median, least: median, most: median };
  return {
    unit: "/s",
    clock: "thread",
    runs: 1,
    figures: { ours },
    ...WHEN,
  } as const;
}

function results(
  cases: Results["cases"],
  machine: Partial<Machine> = {},
): Results {
  return { machine: { ...HERE, ...machine }, cases };
}

Deno.test("merged results have the later figures of a case, in the order of names", () => {
  const earlier = results({ "a/b": figure(1), "a/c": figure(2) });
  const later = results({ "a/c": figure(3), "a/a": figure(4) });
  const merged = mergeResults(earlier, later);
  assert.deepEqual(Object.entries(merged.cases), [
    ["a/a", figure(4)],
    ["a/b", figure(1)],
    ["a/c", figure(3)],
  ]);
});

Deno.test("a case that was skipped or failed keeps its earlier figures", () => {
  const earlier = results({ "a/b": figure(1), "a/c": figure(2) });
  const later = results({
    "a/b": { skipped: "no broker", ...WHEN },
    "a/c": { failed: "lost messages", ...WHEN },
    "a/d": { skipped: "no broker", ...WHEN },
  });
  assert.deepEqual(mergeResults(earlier, later), earlier);
});

Deno.test("figures of another machine are dropped when results are merged", () => {
  const earlier = results({ "a/b": figure(1) });
  const later = results({ "a/c": figure(2) }, { cores: 4 });
  assert.deepEqual(mergeResults(earlier, later), later);
});

Deno.test("results are written with four digits, and are undefined without a file", async () => {
  const folder = await Deno.makeTempDir();
  const file = `${folder}/results.json`;
  assert.equal(await readResults(file), undefined);
  await writeResults(file, results({ "a/b": figure(1_234_567.8) }));
  const found = await readResults(file);
  assert.deepEqual(found, results({ "a/b": figure(1_235_000) }));
  await Deno.remove(folder, { recursive: true });
});

Deno.test("a case in wall time is disturbed by a load above the cores, others are not", () => {
  const wall = { ...figure(1), clock: "wall" } as const;
  const found = results({
    "a/busy": { ...wall, load: 3.5 },
    "a/idle": { ...wall, load: 2.5 },
    "a/memory": { ...wall, unit: "MB", load: 20 },
    "a/skipped": { skipped: "no broker", ...WHEN, load: 20 },
    "a/thread": { ...figure(1), load: 20 },
  });
  assert.deepEqual(disturbedCases(found), ["a/busy"]);
  const { cases } = withoutCases(found, ["a/busy", "a/skipped"]);
  assert.deepEqual(Object.keys(cases), ["a/idle", "a/memory", "a/thread"]);
});
