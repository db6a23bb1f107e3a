import { VirtualClock } from "@caryatid/sdk/testing";
import assert from "node:assert/strict";
import { Pacer } from "./pacer.ts";

Deno.test("Pacer keeps the recorded pauses, divided by the speed", async () => {
  const clock = new VirtualClock({ start: 5_000 });
  const pacer = new Pacer(2, Infinity, clock);
  assert.equal(pacer.wait(100), 0);
  assert.equal(pacer.wait(1_100), 500);
  await clock.advance(500);
  assert.equal(pacer.wait(1_100), 0);
  assert.equal(pacer.wait(1_300), 100);
});

Deno.test("Pacer catches up after a delay, so that drift does not add up", async () => {
  const clock = new VirtualClock();
  const pacer = new Pacer(1, Infinity, clock);
  pacer.wait(0);
  await clock.advance(250);
  assert.equal(pacer.wait(100), -150);
  assert.equal(pacer.wait(200), -50);
  assert.equal(pacer.wait(300), 50);
});

Deno.test("Pacer makes no pause if the recorded clock was set back, and the longest one if it was set forward", () => {
  const clock = new VirtualClock();
  const pacer = new Pacer(1, 1_000, clock);
  pacer.wait(10_000);
  assert.equal(pacer.wait(0), 0);
  assert.equal(pacer.wait(3_600_000), 1_000);
});

Deno.test("Pacer does not wait longer when its clock is set back an hour", () => {
  const clock = new VirtualClock({ start: 3_600_000 });
  const pacer = new Pacer(1, Infinity, clock);
  pacer.wait(0);
  clock.now = () => 0;
  assert.equal(pacer.wait(100), 100);
  clock.now = () => 100;
  assert.equal(pacer.wait(150), 50);
});

Deno.test("Pacer sleeps longer than a timer can", async () => {
  const clock = new VirtualClock();
  const month = 31 * 24 * 3_600_000;
  const asleep = new Pacer(1, Infinity, clock).sleep(month);
  await clock.advance(2 ** 31 - 1);
  assert.equal(clock.sleepers, 1);
  await clock.advance(month);
  await asleep;
});
