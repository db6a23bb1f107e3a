import { Process } from "@caryatid/process";
import { MockBus, testModule, VirtualClock } from "@caryatid/sdk/testing";
import assert from "node:assert/strict";
import clock, { type Tick } from "./mod.ts";

const START = Date.UTC(2024, 0, 2, 3, 4, 5, 123);
const MINUTE = 60_000;
const HOUR = 60 * MINUTE;

function busAt(start: number): MockBus {
  return new MockBus({ clock: new VirtualClock({ start }) });
}

Deno.test("clock publishes numbered ticks at once and every second on clock.tick", async () => {
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

Deno.test("clock applies its period and topic", async () => {
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

Deno.test("clock with variant wraps its ticks as a Rust enum", async () => {
  await using test = await testModule(clock, { variant: "Clock" });
  await test.settle();
  assert.deepEqual(messages(test.bus), [
    { Clock: { time: "1970-01-01T00:00:00.000Z", number: 0 } },
  ]);
});

Deno.test("clock refuses an invalid configuration", async (t) => {
  const wrong = {
    "a period of 0": { period: 0 },
    "a period of a thousand years": { period: 31_536_000_000 },
    "a period that is text": { period: "1 s" },
    "a topic with a wildcard": { topic: "clock.*" },
    "an empty variant": { variant: "" },
    "cron and a period": { cron: "* * * * *", period: 1 },
    "cron that is aligned": { cron: "* * * * *", align: true },
    "an invalid cron": { cron: "every day" },
    "a time zone without cron": { "time-zone": "Europe/Berlin" },
    "a time zone of nowhere": { cron: "* * * * *", "time-zone": "Mars/Base" },
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

Deno.test("clock continues with a subscriber that does not read", async () => {
  const bus = busAt(0);
  const stuck = bus.subscribe("clock.tick", { queueSize: 1 });
  const quick = bus.subscribe("clock.tick");
  await using test = await testModule(clock, {}, { bus });
  await test.advance(5_000);
  assert.equal(stuck.queued, 1);
  assert.equal(quick.queued, 6);
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

Deno.test("clock stops at once while a tick waits for a full subscription", async () => {
  const bus = busAt(0);
  bus.subscribe("clock.tick", { queueSize: 1 });
  await using test = await testModule(clock, {}, { bus });
  await test.advance(1_000);
  assert.equal(test.running, 1);
  test.abort(); // only the signal: the bus is still open
  await test.settle();
  assert.equal(test.running, 0);
  assert.deepEqual(test.failures, []);
});

Deno.test("clock skips and logs ticks that are late after a slow publish", async () => {
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
    text: "skipped late ticks: {missed}",
    properties: { missed: 9 },
  });
  assert.deepEqual(
    bus.published.map(({ options }) => options?.headers?.missed),
    [undefined, undefined, "9"],
  );
});

Deno.test("clock logs the number of skipped ticks every ten seconds", async () => {
  const bus = busAt(0);
  bus.subscribe("clock.tick", { queueSize: 1 }); // each tick waits a second
  await using test = await testModule(clock, { period: 0.1 }, { bus });
  await test.advance(30_000);
  const warnings = test.logs.filter(({ text }) => text.startsWith("skipped"));
  assert.deepEqual(
    warnings.map(({ properties }) => properties?.missed),
    [9, 90, 90],
  );
});

Deno.test("clock with align ticks at full minutes", async () => {
  const config = { period: 60, align: true };
  await using test = await testModule(clock, config, { bus: busAt(START) });
  await test.advance(120_000);
  assert.deepEqual(messages(test.bus), [
    { time: "2024-01-02T03:05:00.000Z", number: 0 },
    { time: "2024-01-02T03:06:00.000Z", number: 1 },
  ]);
});

Deno.test("clock with cron ticks at its times in its time zone", async () => {
  const config = { cron: "0 0 9 * * *", "time-zone": "America/New_York" };
  await using test = await testModule(clock, config, { bus: busAt(START) });
  await test.settle();
  assert.deepEqual(messages(test.bus), []);
  await test.advance(2 * 24 * HOUR);
  assert.deepEqual(messages(test.bus), [
    { time: "2024-01-02T14:00:00.000Z", number: 0 },
    { time: "2024-01-03T14:00:00.000Z", number: 1 },
  ]);
});

Deno.test("clock logs the end of the times of cron", async () => {
  const config = { cron: "0 0 4 2 1 * 2024" };
  await using test = await testModule(clock, config, { bus: busAt(START) });
  await test.advance(HOUR);
  assert.equal(test.bus.published.length, 1);
  assert.equal(test.running, 0);
  assert.match(test.logs[0]!.text, /^no more ticks/);
});

Deno.test("clock makes no burst and no gap when the time is set", async (t) => {
  const configs = {
    "by period": { period: 60 },
    "aligned": { period: 60, align: true },
    "by cron": { cron: "* * * * *" },
  };
  for (const [name, config] of Object.entries(configs)) {
    for (const jump of [-HOUR, HOUR]) {
      await t.step(`${name}, by ${jump / HOUR} h`, async () => {
        const bus = busAt(START);
        await using test = await testModule(clock, config, { bus });
        await test.advance(10 * MINUTE);
        const before = bus.published.length;
        test.clock.setTime(test.clock.now() + jump);
        for (let n = 1; n <= 10; n++) {
          await test.advance(MINUTE);
          assert.equal(bus.published.length, before + n);
        }
        const { time } = messages(bus).at(-1)!;
        const late = test.clock.now() - Date.parse(time);
        assert(late >= 0 && late < MINUTE, `found ${time}`);
      });
    }
  }
});

Deno.test("clock keeps periods from a millisecond to longer than a timer", async () => {
  for (const period of [0.001, 86_400, 3_000_000, 1_000_000_000]) {
    await using test = await testModule(clock, { period });
    await test.advance(3 * period * 1_000);
    assert.deepEqual(
      messages(test.bus).map(({ time }) => Date.parse(time)),
      [0, 1, 2, 3].map((n) => n * period * 1_000),
    );
  }
});

Deno.test("clock fails the start with the line of an invalid cron expression", async () => {
  const config = '[module.clock]\ntopic = "a"\ncron = "61 * * * *"\n' +
    '[log]\nlevel = "error"';
  await assert.rejects(
    Process.create({ config, modules: [clock] }).then((process) =>
      process.start()
    ),
    (error: Error) =>
      /line 3|:3/.test(error.message) && /minute: 61/.test(error.message),
  );
});

Deno.test("several clocks of one class run at the same time", async () => {
  await using process = await Process.create({
    config: {
      module: {
        clock: { period: 1_000 },
        fast: { class: "clock", topic: "clock.fast", period: 0.001 },
      },
      log: { level: "error" },
    },
    modules: [clock],
  });
  const ticks = process.context.subscribe("clock.*");
  await ticks.ready;
  await process.start();
  const received = new Map<string, number>();
  for await (const { topic } of ticks) {
    received.set(topic, (received.get(topic) ?? 0) + 1);
    if ((received.get("clock.fast") ?? 0) === 5) break;
  }
  assert.deepEqual([...received].sort(), [["clock.fast", 5], [
    "clock.tick",
    1,
  ]]);
});

Deno.test("clock fails if it can never publish", async () => {
  const bus = busAt(0);
  bus.fail("publish", new Error("no such thing"));
  await using test = await testModule(clock, {}, { bus, failures: "collect" });
  await test.settle();
  assert.equal((test.failures[0] as Error).message, "no such thing");
});

function messages(bus: MockBus): Tick[] {
  return bus.published.map(({ message }) => message as Tick);
}
