import assert from "node:assert/strict";
import { Deadlines } from "@caryatid/sdk/bus";
import { VirtualClock } from "@caryatid/sdk/testing";
import { Refusals } from "./refusals.ts";

Deno.test("Refusals requests a new connection when a topic is refused for 3 s, then after twice as long each time", () => {
  const refusals = new Refusals(new Deadlines(new VirtualClock()), silent);
  const asked: number[] = [];
  for (let now = 0; now <= 25_000; now += 100) {
    if (refusals.add("work", now)) asked.push(now);
  }
  assert.deepEqual(asked, [3_000, 9_000, 21_000]);
});

Deno.test("a confirm restarts the wait for a new connection of its topic, and of no other topic", () => {
  const refusals = new Refusals(new Deadlines(new VirtualClock()), silent);
  assert.equal(refusals.add("work", 0), false);
  refusals.forget("other");
  assert.equal(refusals.add("work", 3_000), true);
  assert.equal(refusals.add("work", 3_100), false);
  refusals.forget("work");
  assert.equal(refusals.add("work", 5_000), false);
  assert.equal(refusals.add("work", 8_000), true);
});

Deno.test("Refusals remembers the latest 1,000 topics when each is refused once", () => {
  const refusals = new Refusals(new Deadlines(new VirtualClock()), silent);
  for (let i = 0; i < 5_000; i++) refusals.add(`${i}`, i);
  assert.equal(refusals.add("0", 10_000), false); // forgotten
  assert.equal(refusals.add("4999", 10_000), true);
});

Deno.test("refusals are logged once for all of a second, with their count", async () => {
  const lines: unknown[] = [];
  const clock = new VirtualClock();
  const log = {
    ...silent,
    warn: (_: string, values?: Record<string, unknown>) => lines.push(values),
  };
  const refusals = new Refusals(new Deadlines(clock), log);
  for (const topic of ["a", "b", "c"]) refusals.add(topic, 0);
  await clock.advance(1_000);
  assert.deepEqual(lines, [{ count: 3, topic: "c" }]);
  refusals.add("d", 2_000);
  await clock.advance(59_000);
  assert.equal(lines.length, 1);
  await clock.advance(1_000);
  assert.deepEqual(lines[1], { count: 1, topic: "d" });
});

const silent = { debug() {}, info() {}, warn() {}, error() {} };
