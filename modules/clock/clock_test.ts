import { MockBus, testModule, VirtualClock } from "@caryatid/sdk/testing";
import assert from "node:assert/strict";
import clock, { type Tick } from "./mod.ts";

const START = Date.UTC(2024, 0, 2, 3, 4, 5, 123);

function busAt(start: number): MockBus {
  return new MockBus({ clock: new VirtualClock({ start }) });
}

Deno.test("clock ticks at once and then every second, on clock.tick, counting from 0", async () => {
  await using test = await testModule(clock, {}, { bus: busAt(START) });
  await test.settle();
  assert.deepEqual(messages(test.bus), [
    { time: "2024-01-02T03:04:05.123Z", number: 0 },
  ]);
  await test.advance(2_500);
  assert.deepEqual(messages(test.bus), [
    { time: "2024-01-02T03:04:05.123Z", number: 0 },
    { time: "2024-01-02T03:04:06.123Z", number: 1 },
    { time: "2024-01-02T03:04:07.123Z", number: 2 },
  ]);
  assert(test.bus.published.every(({ topic }) => topic === "clock.tick"));
});

Deno.test("clock keeps the period and topic that its configuration says", async () => {
  const config = { topic: "time.slow", period: 0.5 };
  await using test = await testModule(clock, config);
  await test.advance(1_000);
  assert.deepEqual(
    test.bus.published.map(({ topic, message }) => [
      topic,
      (message as Tick).time,
    ]),
    [
      ["time.slow", "1970-01-01T00:00:00.000Z"],
      ["time.slow", "1970-01-01T00:00:00.500Z"],
      ["time.slow", "1970-01-01T00:00:01.000Z"],
    ],
  );
});

Deno.test("clock wraps its ticks as a Rust enum when a variant is configured", async () => {
  await using test = await testModule(clock, { variant: "Clock" });
  await test.settle();
  assert.deepEqual(messages(test.bus), [
    { Clock: { time: "1970-01-01T00:00:00.000Z", number: 0 } },
  ]);
});

Deno.test("clock refuses a configuration that can't work", async (t) => {
  const wrong = {
    "a period of 0": { period: 0 },
    "a period that no timer takes": { period: 3_000_000 },
    "a period that is text": { period: "1 s" },
    "a topic with a wildcard": { topic: "clock.*" },
    "an empty variant": { variant: "" },
  };
  for (const [name, config] of Object.entries(wrong)) {
    await t.step(name, async () => {
      await assert.rejects(testModule(clock, config), {
        code: "INVALID_CONFIG",
      });
    });
  }
});

Deno.test("clock ends when the process stops, without a failure", async () => {
  const test = await testModule(clock);
  await test.advance(1_000);
  await test.stop();
  assert.deepEqual(test.failures, []);
  assert.deepEqual(test.logs, []);
  assert.equal(test.clock.sleepers, 0);
});

Deno.test("clock isn't held up by a subscriber who doesn't read", async () => {
  const bus = busAt(0);
  const stuck = bus.subscribe("clock.tick", { queueSize: 1 });
  const quick = bus.subscribe("clock.tick");
  await using test = await testModule(clock, {}, { bus });
  await test.advance(5_000);
  assert.equal(stuck.depth, 1);
  assert.equal(quick.depth, 6);
  assert.deepEqual(messages(bus).map(({ time }) => time), [
    "1970-01-01T00:00:00.000Z",
    "1970-01-01T00:00:01.000Z",
    "1970-01-01T00:00:02.000Z",
    "1970-01-01T00:00:03.000Z",
    "1970-01-01T00:00:04.000Z",
    "1970-01-01T00:00:05.000Z",
  ]);
  assert.deepEqual(test.logs.map(({ level }) => level), Array(4).fill("warn"));
});

Deno.test("clock stops at once while a tick waits for a subscriber who doesn't read", async () => {
  const bus = busAt(0);
  bus.subscribe("clock.tick", { queueSize: 1 });
  await using test = await testModule(clock, {}, { bus });
  await test.advance(1_000);
  assert.equal(test.context.running, 1);
  test.context.stop(); // only the signal: the bus is still open
  await test.settle();
  assert.equal(test.context.running, 0);
  assert.deepEqual(test.failures, []);
});

Deno.test("clock leaves out the ticks that a slow publish made late, and says so", async () => {
  const bus = busAt(0);
  bus.subscribe("clock.tick", { queueSize: 1 });
  // a timeout of at least a second, so ten periods
  await using test = await testModule(clock, { period: 0.1 }, { bus });
  await test.advance(1_100);
  assert.deepEqual(messages(bus).map(({ time }) => time), [
    "1970-01-01T00:00:00.000Z",
    "1970-01-01T00:00:00.100Z",
    "1970-01-01T00:00:01.100Z",
  ]);
  assert.deepEqual(test.logs.at(-1), {
    level: "warn",
    text: "left out {missed} ticks that came too late",
    properties: { missed: 9 },
  });
});

Deno.test("clock fails, for the process to decide, when it can never publish", async () => {
  const bus = busAt(0);
  bus.fail("publish", new Error("no such thing"));
  await using test = await testModule(clock, {}, { bus, failures: "collect" });
  await test.settle();
  assert.equal((test.failures[0] as Error).message, "no such thing");
});

function messages(bus: MockBus): Tick[] {
  return bus.published.map(({ message }) => message as Tick);
}
