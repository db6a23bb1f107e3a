import assert from "node:assert/strict";
import { Rate } from "./rate.ts";

function taken(rate: Rate, tries: number): number {
  let count = 0;
  for (let i = 0; i < tries; i++) if (rate.take()) count++;
  return count;
}

Deno.test("Rate allows the messages of one second at once, then a steady rate", () => {
  let now = 0;
  const rate = new Rate(10, () => now);
  assert.equal(taken(rate, 100), 10);
  now = 99;
  assert.equal(taken(rate, 100), 0);
  now = 100;
  assert.equal(taken(rate, 100), 1);
  now = 1_000_000;
  assert.equal(taken(rate, 100), 10);
});

Deno.test("Rate of less than one a second allows the first message", () => {
  let now = 0;
  const rate = new Rate(0.1, () => now);
  assert.equal(taken(rate, 5), 1);
  now = 10_000;
  assert.equal(taken(rate, 5), 1);
});
