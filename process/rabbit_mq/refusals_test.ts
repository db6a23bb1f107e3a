import assert from "node:assert/strict";
import { Refusals } from "./refusals.ts";

Deno.test("a topic that is refused for 3 s wants a new connection, then after twice as long each time", () => {
  const refusals = new Refusals();
  const asked: number[] = [];
  for (let now = 0; now <= 25_000; now += 100) {
    if (refusals.add("work", now)) asked.push(now);
  }
  assert.deepEqual(asked, [3_000, 9_000, 21_000]);
});

Deno.test("a confirm on the topic begins anew, one on another doesn't", () => {
  const refusals = new Refusals();
  assert.equal(refusals.add("work", 0), false);
  refusals.forget("other");
  assert.equal(refusals.add("work", 3_000), true);
  assert.equal(refusals.add("work", 3_100), false);
  refusals.forget("work");
  assert.equal(refusals.add("work", 5_000), false);
  assert.equal(refusals.add("work", 8_000), true);
});

Deno.test("topics that are refused once each cost no more than a thousand places", () => {
  const refusals = new Refusals();
  for (let i = 0; i < 5_000; i++) refusals.add(`${i}`, i);
  assert.equal(refusals.add("0", 10_000), false); // forgotten
  assert.equal(refusals.add("4999", 10_000), true);
});
