import assert from "node:assert/strict";
import {
  compareFigures,
  type Comparison,
  slowerLine,
  tableLines,
} from "./comparison.ts";

const RATES: Comparison = {
  name: "core/publish",
  unit: "/s",
  old: [{ ours: 100 }, { ours: 200 }, { ours: 100 }],
  new: [{ ours: 110 }, { ours: 180 }, { ours: 150 }],
};
const TIMES: Comparison = {
  name: "startup/first-message",
  unit: "ms",
  old: [{ message: 200, peer: 40 }],
  new: [{ message: 100, peer: 50 }],
};

Deno.test("a rate is compared run by run, and more is better", () => {
  assert.deepEqual(compareFigures(RATES), [{
    name: "core/publish",
    old: 100,
    new: 150,
    ratio: 1.1,
    least: 0.9,
    most: 1.5,
    best: 0.9,
  }]);
});

Deno.test("a time that shrinks has a ratio above 1", () => {
  assert.deepEqual(
    compareFigures(TIMES).map(({ name, ratio }) => [name, ratio]),
    [["startup/first-message message", 2], ["startup/first-message peer", 0.8]],
  );
});

Deno.test("a figure that only one tree measures is left out", () => {
  const comparison = { ...TIMES, old: [{ message: 200, other: 1 }] };
  assert.deepEqual(
    compareFigures(comparison).map(({ name }) => name),
    ["startup/first-message"],
  );
});

Deno.test("the table has a line for each figure, in columns", () => {
  assert.deepEqual(tableLines([RATES, TIMES]), [
    "case                               old      new  new/old    min–max  best",
    "core/publish                    100 /s   150 /s     1.10  0.90–1.50  0.90",
    "startup/first-message message   200 ms   100 ms     2.00  2.00–2.00  2.00",
    "startup/first-message peer     40.0 ms  50.0 ms     0.80  0.80–0.80  0.80",
  ]);
});

Deno.test("a case is slower if median and best run of its first figure are below 0.9", () => {
  const slow: Comparison = {
    name: "core/typed",
    unit: "/s",
    old: [{ ours: 100, peer: 100 }],
    new: [{ ours: 89, peer: 100 }],
  };
  const noisyPeer: Comparison = {
    name: "core/request",
    unit: "/s",
    old: [{ ours: 100, peer: 100 }],
    new: [{ ours: 90, peer: 10 }],
  };
  const noisyRuns: Comparison = {
    name: "core/publish",
    unit: "/s",
    old: [{ ours: 100 }, { ours: 90 }, { ours: 90 }],
    new: [{ ours: 50 }, { ours: 50 }, { ours: 100 }],
  };
  assert.equal(
    slowerLine([RATES, slow, noisyPeer, noisyRuns]),
    "slower than 0.9 ×: core/typed ours (0.89 ×)",
  );
  assert.equal(slowerLine([noisyPeer]), "nothing is slower than 0.9 ×");
});
