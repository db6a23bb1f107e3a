import assert from "node:assert/strict";
import { Sampler } from "./sampler.ts";

const CALLS = 200_000;

function selected(share: number): number {
  const sampler = new Sampler({ share, perSecond: Infinity });
  let count = 0;
  for (let i = 0; i < CALLS; i++) if (sampler.select()) count++;
  return count;
}

Deno.test("a sampler selects no call for 0, every call for 1", () => {
  assert.equal(selected(0), 0);
  assert.equal(selected(1), CALLS);
});

Deno.test("a sampler selects its share of the calls", () => {
  for (const share of [0.001, 0.01, 0.5, 0.99]) {
    const expected = share * CALLS;
    // Six standard deviations: one failure in 500 million runs.
    const tolerance = 6 * Math.sqrt(expected * (1 - share));
    assert(Math.abs(selected(share) - expected) < tolerance, String(share));
  }
});

Deno.test("a sampler draws distances with the extreme values of its generator", () => {
  for (const random of [() => 0, () => 1 - 2 ** -53]) {
    const sampler = new Sampler({
      share: 0.01,
      perSecond: Infinity,
      random,
    });
    let calls = 1;
    while (!sampler.select()) calls++;
    assert(calls >= 1 && calls < 10_000, String(calls));
  }
});

Deno.test("a sampler selects at most a number of calls per second, and counts the skipped ones", () => {
  let time = 0;
  let limited = 0;
  const sampler = new Sampler({
    share: 1,
    perSecond: 10,
    now: () => time,
    onLimit: () => limited++,
  });
  const select = (calls: number) => {
    let count = 0;
    for (let i = 0; i < calls; i++) if (sampler.select()) count++;
    return count;
  };
  assert.equal(select(10), 10);
  assert.deepEqual([sampler.takeSkipped(), limited], [0, 0]);
  assert.equal(select(5), 0);
  assert.deepEqual([sampler.takeSkipped(), sampler.takeSkipped()], [5, 0]);
  time = 500;
  assert.equal(select(100), 5);
  time = 100_000; // it does not save more than one second
  assert.equal(select(100), 10);
  assert.deepEqual([sampler.takeSkipped(), limited], [185, 1]);
});
