import assert from "node:assert/strict";
import { type Case, measure, Skip } from "./harness.ts";

/** A case whose nth run returns n; counts its runs. */
function counting(more: Partial<Case> = {}): Case & { made(): number } {
  let made = 0;
  return {
    name: "counting",
    unit: "/s",
    run: () => Promise.resolve({ ours: ++made, peer: 2 }),
    ratio: ["ours", "peer"],
    made: () => made,
    ...more,
  };
}

Deno.test("measure warms up once and returns median and range of each figure", async () => {
  const outcome = await measure(counting({ runs: 3 }));
  assert.deepEqual(outcome, {
    unit: "/s",
    clock: "wall",
    runs: 3,
    figures: {
      ours: { median: 3, least: 2, most: 4 },
      peer: { median: 2, least: 2, most: 2 },
      ratio: { median: 1.5, least: 1, most: 2 },
    },
  });
});

Deno.test("measure makes one run, which counts, if there is no time", async () => {
  const one = counting();
  const outcome = await measure(one, 0);
  assert("figures" in outcome);
  assert.equal(outcome.runs, 1);
  assert.equal(one.made(), 1);
});

Deno.test("measure returns the reason of a Skip and throws other errors", async () => {
  const skipping = counting({ run: () => Promise.reject(new Skip("no disk")) });
  assert.deepEqual(await measure(skipping), { skipped: "no disk" });
  const wrong = counting({ run: () => Promise.reject(new Error("lost")) });
  await assert.rejects(measure(wrong), /lost/);
});
