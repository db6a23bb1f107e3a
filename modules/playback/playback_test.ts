import { MockBus, testModule, VirtualClock } from "@caryatid/sdk/testing";
import assert from "node:assert/strict";
import record from "../record/mod.ts";
import { TempFolder } from "../record/testing/temp_folder.ts";
import playback, { type PlaybackStatus } from "./mod.ts";

const START = Date.UTC(2026, 10, 24, 8);
const SECOND = 1_000;

Deno.test("playback publishes the first message at once, then keeps the recorded pauses", async () => {
  await using folder = await threeOrders();
  await using test = await player(folder);
  await test.settle();
  assert.deepEqual(sent(test.bus), ["order.placed 1"]);
  await test.advance(SECOND - 1);
  assert.deepEqual(sent(test.bus), ["order.placed 1"]);
  await test.advance(1);
  assert.deepEqual(sent(test.bus), ["order.placed 1", "order.paid 1"]);
  await test.advance(SECOND);
  assert.deepEqual(sent(test.bus), [
    "order.placed 1",
    "order.paid 1",
    "order.sent 1",
  ]);
});

Deno.test("playback keeps id and headers", async () => {
  await using folder = await TempFolder.make();
  const recorder = await testModule(record, { path: folder.path });
  const options = { id: "0f", headers: { trace: "t" } };
  await recorder.bus.inject("a", 7n, options);
  await recorder.stop();
  const bus = new MockBus();
  const deliveries = bus.subscribe("a");
  await using _ = await player(folder, { speed: "max" }, bus);
  for await (const { message, id, headers } of deliveries) {
    assert.deepEqual({ message, id, headers }, { message: 7n, ...options });
    break;
  }
});

Deno.test("playback applies its speed", async (t) => {
  await using folder = await threeOrders();
  await t.step("10 takes a tenth of the time", async () => {
    await using test = await player(folder, { speed: 10 });
    await test.advance(199);
    assert.equal(sent(test.bus).length, 2);
    await test.advance(1);
    assert.equal(sent(test.bus).length, 3);
  });
  await t.step("0.5 takes twice the time", async () => {
    await using test = await player(folder, { speed: 0.5 });
    await test.advance(3_999);
    assert.equal(sent(test.bus).length, 2);
    await test.advance(1);
    assert.equal(sent(test.bus).length, 3);
  });
  await t.step('"max" makes no pauses', async () => {
    await using test = await player(folder, { speed: "max" });
    await test.settle();
    assert.equal(sent(test.bus).length, 3);
  });
  await t.step("max-pause limits each pause", async () => {
    await using test = await player(folder, { "max-pause": 0.1 });
    await test.advance(200);
    assert.equal(sent(test.bus).length, 3);
  });
});

Deno.test("playback publishes one message for each delivery on its step topic", async () => {
  await using folder = await threeOrders();
  await using test = await player(folder, { step: "next", loop: 2 });
  await test.advance(60 * SECOND);
  assert.deepEqual(sent(test.bus), []);
  for (let steps = 1; steps <= 6; steps++) {
    await test.bus.inject("next", null);
    await test.settle();
    assert.equal(sent(test.bus).length, steps);
  }
  await test.bus.inject("next", null);
  await test.settle();
  assert.equal(sent(test.bus).length, 6);
});

Deno.test("playback publishes the entries between from and to", async (t) => {
  await using folder = await threeOrders();
  const cases: [string, Record<string, unknown>, string[]][] = [
    ["a sequence", { from: 1, to: 1 }, ["order.paid 1"]],
    ["a time as text", { from: "2026-11-24T08:00:02Z" }, ["order.sent 1"]],
    ["a date of TOML", { to: new Date(START) }, ["order.placed 1"]],
  ];
  for (const [name, config, wanted] of cases) {
    await t.step(name, async () => {
      await using test = await player(folder, { speed: "max", ...config });
      await test.settle();
      assert.deepEqual(sent(test.bus), wanted);
    });
  }
});

Deno.test("playback renames topics", async (t) => {
  await using folder = await threeOrders();
  await t.step("topics renames by rules", async () => {
    const topics = { "order.paid": "money", "#": "replay.#" };
    await using test = await player(folder, { speed: "max", topics });
    await test.settle();
    assert.deepEqual(sent(test.bus), [
      "replay.order.placed 1",
      "money 1",
      "replay.order.sent 1",
    ]);
  });
  await t.step("topic publishes all on one topic, as in Rust", async () => {
    await using test = await player(folder, { speed: "max", topic: "all" });
    await test.settle();
    assert.deepEqual(sent(test.bus), ["all 1", "all 1", "all 1"]);
  });
});

Deno.test("playback skips topics that only does not match, and keeps the pauses", async () => {
  await using folder = await threeOrders();
  const only = ["order.placed", "*.sent"];
  await using test = await player(folder, { only });
  await test.advance(2 * SECOND - 1);
  assert.deepEqual(sent(test.bus), ["order.placed 1"]);
  await test.advance(1);
  assert.deepEqual(sent(test.bus), ["order.placed 1", "order.sent 1"]);
});

Deno.test("playback publishes the status of each round: start, progress and end", async () => {
  await using folder = await threeOrders();
  const bus = new MockBus({ clock: new VirtualClock({ start: 0 }) });
  const config = { "status-topic": "replay", "status-every": 1.5, loop: 2 };
  await using test = await player(folder, config, bus);
  await test.advance(60 * SECOND);
  const statuses = bus.published.filter(({ topic }) => topic === "replay")
    .map(({ message }) => message as PlaybackStatus);
  const status = (
    state: string,
    round: number,
    sent: number,
    sequence: number | null,
  ) => ({
    state,
    path: folder.path,
    round,
    sent,
    skipped: 0,
    sequence,
    time: sequence === null
      ? null
      : new Date(START + sequence * SECOND).toISOString(),
  });
  assert.deepEqual(statuses, [
    status("started", 1, 0, null),
    status("progress", 1, 3, 2),
    status("progress", 2, 6, 2),
    status("ended", 2, 6, 2),
  ]);
});

Deno.test("playback with loop = true repeats until the process stops", async () => {
  await using folder = await threeOrders();
  const test = await player(folder, { loop: true });
  await test.advance(20 * SECOND);
  assert(sent(test.bus).length >= 30);
  await test.stop();
  assert.deepEqual(test.failures, []);
});

Deno.test("playback ends if a round publishes no message", async () => {
  await using folder = await threeOrders();
  await using test = await player(folder, { loop: true, from: 99 });
  await test.settle();
  assert.deepEqual(sent(test.bus), []);
  assert.equal(test.running, 0);
  assert.match(
    test.logs.map(({ text }) => text).join(),
    /no message to replay/,
  );
});

Deno.test("playback waits for a full subscription without a timeout, and stops with the process", async () => {
  await using folder = await threeOrders();
  const bus = new MockBus();
  const slow = bus.subscribe("order.#", { queueSize: 1 });
  const test = await player(folder, { speed: "max" }, bus);
  await test.advance(3_600 * SECOND);
  assert.equal(slow.queued, 1);
  const received: unknown[] = [];
  for await (const { topic } of slow) {
    received.push(topic);
    if (received.length === 2) break;
  }
  await test.settle();
  assert.deepEqual(received, ["order.placed", "order.paid"]);
  bus.subscribe("order.#", { queueSize: 1 });
  await test.stop();
  assert.deepEqual(test.failures, []);
});

Deno.test("playback stops at once in a pause and while a publish waits", async () => {
  await using folder = await threeOrders();
  const bus = new MockBus();
  bus.subscribe("order.#", { queueSize: 1 });
  for (const config of [{}, { speed: "max" }]) {
    const test = await player(folder, config, new MockBus());
    await test.settle();
    test.abort();
    await test.settle();
    assert.equal(test.running, 0);
    await test.stop();
  }
});

Deno.test("playback does not wait for a full subscription to its status", async () => {
  await using folder = await threeOrders();
  const bus = new MockBus();
  bus.subscribe("replay", { queueSize: 1 });
  const config = { "status-topic": "replay", "status-every": 0.01 };
  await using test = await player(folder, config, bus);
  await test.advance(2 * SECOND);
  assert.equal(sent(bus).filter((text) => text.startsWith("order")).length, 3);
});

Deno.test("playback continues and counts the OVERFLOW of a subscription with overflow = error", async () => {
  await using folder = await threeOrders();
  const bus = new MockBus();
  bus.subscribe("order.#", { queueSize: 1, overflow: "error" });
  await using test = await player(folder, { speed: "max" }, bus);
  await test.settle();
  assert.equal(sent(bus).length, 3);
  const warning = test.logs.find(({ level }) => level === "warn");
  assert.equal(warning?.properties?.items, "deliveries to full subscriptions");
});

Deno.test("playback fails with a status at a damaged place, or skips and counts it", async (t) => {
  await using folder = await threeOrders();
  const path = `${folder.path}/0000000000000000.jsonl`;
  const text = await Deno.readTextFile(path);
  await Deno.writeTextFile(path, text.replace("order.paid", 'order."paid'));
  await t.step("fails", async () => {
    await using test = await testModule(playback, {
      path: folder.path,
      speed: "max",
      "status-topic": "replay",
    }, { failures: "collect" });
    await test.settle();
    assert.equal(
      (test.failures[0] as { code: string }).code,
      "RECORDING_DAMAGED",
    );
    const last = test.bus.published.at(-1)!.message as PlaybackStatus;
    assert.equal(last.state, "failed");
    assert.equal(last.sent, 1);
    assert.equal(last.error?.code, "RECORDING_DAMAGED");
  });
  await t.step("skips", async () => {
    await using test = await player(folder, {
      speed: "max",
      "on-damage": "skip",
      "status-topic": "replay",
    });
    await test.settle();
    const last = test.bus.published.at(-1)!.message as PlaybackStatus;
    assert.deepEqual([last.state, last.sent, last.skipped], ["ended", 2, 1]);
    assert.equal(test.logs.filter(({ level }) => level === "warn").length, 1);
  });
});

Deno.test("playback reads Rust's format onto one topic and ends at a missing number", async () => {
  await using folder = await TempFolder.make();
  for (const [number, text] of ['"zero"', '{"one":1}'].entries()) {
    await Deno.writeTextFile(`${folder.path}/${number}.json`, text);
  }
  await using test = await player(folder, { topic: "sample.test" });
  await test.settle();
  assert.deepEqual(
    test.bus.published.map(({ topic, message }) => [topic, message]),
    [["sample.test", "zero"], ["sample.test", { one: 1 }]],
  );
  assert.deepEqual(test.logs.map(({ level }) => level), ["info", "info"]);
});

Deno.test("playback of Rust's format without a topic names the missing key", async () => {
  await using folder = await TempFolder.make();
  await Deno.writeTextFile(`${folder.path}/0.json`, "0");
  const config = { path: folder.path };
  await using test = await testModule(playback, config, {
    failures: "collect",
  });
  await test.settle();
  assert.match((test.failures[0] as { hint: string }).hint, /"topic"/);
});

Deno.test("playback does not start without a recording", async () => {
  await using folder = await TempFolder.make();
  await assert.rejects(player(folder), (error: Error) => {
    assert.equal((error.cause as { code?: string }).code, "NO_RECORDING");
    return true;
  });
});

Deno.test("playback refuses an invalid configuration", async (t) => {
  const path = "/tmp";
  const wrong = {
    "no path": {},
    "a speed of 0": { path, speed: 0 },
    "an unknown speed": { path, speed: "fast" },
    "a topic with a wildcard": { path, topic: "a.*" },
    "an invalid rule": { path, topics: { "a.#": "b" } },
    "an invalid time": { path, from: "yesterday" },
    "no round": { path, loop: 0 },
  };
  for (const [name, config] of Object.entries(wrong)) {
    await t.step(name, async () => {
      await assert.rejects(testModule(playback, config), {
        code: "INVALID_CONFIG",
      });
    });
  }
});

/** Three messages, a second apart. */
async function threeOrders(): Promise<TempFolder> {
  const folder = await TempFolder.make();
  const bus = new MockBus({ clock: new VirtualClock({ start: START }) });
  await using test = await testModule(record, { path: folder.path }, { bus });
  for (const topic of ["order.placed", "order.paid", "order.sent"]) {
    await bus.inject(topic, 1);
    await test.advance(SECOND);
  }
  return folder;
}

function player(
  folder: TempFolder,
  config: Record<string, unknown> = {},
  bus = new MockBus(),
) {
  return testModule(playback, { path: folder.path, ...config }, { bus });
}

function sent(bus: MockBus): string[] {
  return bus.published.map(({ topic, message }) => `${topic} ${message}`);
}
