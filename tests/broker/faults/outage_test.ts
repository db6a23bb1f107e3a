import assert from "node:assert/strict";
import { messages, take } from "../../../sdk/testing/conformance/take.ts";
import { within } from "../../../sdk/testing/conformance/promises.ts";
import { FaultProxy } from "../fault_proxy.ts";
import { idleTime } from "../idle_time.ts";
import { fileBroker } from "./file_broker.ts";
import { newBus } from "./new_bus.ts";
import { numbers, outcomes } from "./outcomes.ts";
import { runRabbitProgram } from "./run_rabbit_program.ts";
import { TwoBuses } from "./two_buses.ts";

const test = fileBroker();
const soak = Deno.env.has("CARYATID_SOAK");

test("C1 a process that may wait for ever runs when its broker comes seconds late", async (broker) => {
  await using proxy = await FaultProxy.to(broker);
  await proxy.refuse("hang-up"); // and counts the tries
  const began = performance.now();
  const url = broker.url({ port: proxy.port });
  await using program = runRabbitProgram({ url, startDeadline: 0 });
  await program.line(/no connection.*next try in/);
  while (performance.now() - began <= 2_000) {
    await proxy.came(proxy.accepted + 1);
  }
  await proxy.pass();
  await program.line(/connected to 127\.0\.0\.1:\d+$/);
  await program.line(/begun/);
  const late = performance.now() - began;
  assert(late > 1_500, `it waited only for ${late} ms`);
  program.kill("SIGTERM");
  assert.equal(await program.exitCode(), 0, program.lines.join("\n"));
});

test("C1 once started, a process tries to reconnect for ever", async (broker) => {
  await using proxy = await FaultProxy.to(broker);
  const url = broker.url({ port: proxy.port });
  await using program = runRabbitProgram({ url, startDeadline: 3 });
  await program.line(/begun/);
  await proxy.refuse("hang-up"); // and counts the tries
  await proxy.cut();
  const outage = performance.now();
  while (performance.now() - outage <= 3_000) {
    await proxy.came(proxy.accepted + 1);
  }
  await proxy.pass();
  await program.line(/connected to 127\.0\.0\.1:\d+$/);
  program.kill("SIGTERM");
  assert.equal(await program.exitCode(), 0, program.lines.join("\n"));
});

test("C3 closing a bus does not wait for a broker that hangs", async (broker) => {
  const bus = newBus({ url: broker.url(), heartbeat: 60 });
  await bus.open();
  await bus.subscribe("hung.#").ready;
  await bus.handle("hung", () => null).ready;
  broker.pause();
  try {
    const took = await idleTime(bus.close(), "the end of the bus");
    assert(took < 2_700, `${took} ms`);
  } finally {
    broker.resume();
  }
});

test("C7 after a cut of 2 s one record names the pattern that received nothing, and the duration", async (broker) => {
  await using buses = await TwoBuses.open(broker);
  const { proxy, log, cut, whole } = buses;
  const subscription = cut.subscribe("gap.*");
  await subscription.ready;
  await cut.subscribe("gap.#", { group: "c7" }).ready; // misses nothing
  const began = performance.now(); // before the last answer of the broker
  await cut.handle("gap", () => null).ready; // likewise
  await buses.outage();
  const noticed = performance.now();
  // The log reports this duration.
  await new Promise((resolve) => setTimeout(resolve, 2_000));
  await whole.publish("gap.missed", 1);
  const outage = performance.now() - noticed;
  await proxy.pass();
  await log.until(/SUBSCRIPTION_INTERRUPTED/);
  const total = performance.now() - began;
  await whole.publish("gap.received", 2);
  const [delivery] = await take(subscription, 1);
  assert.equal(delivery!.message, 2);
  const records = log.all(/INTERRUPTED/);
  assert.equal(records.length, 1, records.join("\n"));
  const [, pattern, ms] = /WARN .*"(.*)" received nothing for (\d+) ms/
    .exec(records[0]!)!;
  assert.equal(pattern, "gap.*");
  assert(Number(ms) >= outage - 50 && Number(ms) <= total + 50, `${ms} ms`);
});

test("C8 in an outage publishes wait up to a count; the next ones are BUS_UNAVAILABLE at once", async (broker) => {
  await using buses = await TwoBuses.open(broker, {
    "publish-buffer": { messages: 100 },
  });
  const subscription = buses.whole.subscribe("c8", { queueSize: 1_000 });
  await subscription.ready;
  await buses.outage();
  const publishes = numbers(150).map((n) => buses.cut.publish("c8", n));
  const { all, order } = outcomes(publishes);
  await assert.rejects(buses.cut.publish("c8", 150), {
    code: "BUS_UNAVAILABLE",
    message: /"c8": 100 messages or \d+ bytes wait for the broker already/,
    hint: /publish-buffer/,
  });
  assert.deepEqual(order, numbers(150).slice(100));
  await buses.proxy.pass();
  const expected = numbers(150).map((n) => n < 100 ? "ok" : "BUS_UNAVAILABLE");
  assert.deepEqual(await within(all, "100 confirms"), expected);
  assert.deepEqual(order.slice(50), numbers(100));
  assert.deepEqual(messages(await take(subscription, 100)), numbers(100));
});

test("C8 in an outage publishes wait up to a number of bytes; one of any size may always wait", async (broker) => {
  await using buses = await TwoBuses.open(broker, {
    "publish-buffer": { bytes: 10_000 },
  });
  await buses.outage();
  const kilobyte = new Uint8Array(1_000 - 5); // and its head
  const publish = () => buses.cut.publish("c8", kilobyte, { timeout: 300 });
  const { all } = outcomes(numbers(12).map(publish));
  const big = buses.cut.publish("c8", new Uint8Array(20_000));
  await assert.rejects(big, { code: "BUS_UNAVAILABLE" });
  await all; // at their deadline nothing waits
  const only = buses.cut.publish("c8", new Uint8Array(20_000));
  await assert.rejects(publish(), { message: /10000 bytes wait/ });
  await buses.proxy.pass();
  await within(only, "the confirm of the only one");
});

test("C8 in an outage requests wait up to a count, too", async (broker) => {
  await using buses = await TwoBuses.open(broker, {
    "publish-buffer": { messages: 10 },
  });
  const { cut, whole, proxy } = buses;
  await whole.handle("c8", ({ message }) => message).ready;
  await buses.outage();
  const ask = (n: number) => cut.request("c8", n, { timeout: 400 });
  const late = outcomes(numbers(15).map(ask));
  assert.deepEqual(
    await within(late.all, "15 requests"),
    numbers(15).map((n) => n < 10 ? "REQUEST_TIMEOUT" : "BUS_UNAVAILABLE"),
  );
  const timeout = 30_000;
  const asked = outcomes(
    numbers(10).map((n) => cut.request("c8", n, { timeout })),
  );
  await proxy.pass();
  const answers = await within(asked.all, "10 answers");
  assert.deepEqual(new Set(answers), new Set(["ok"]));
});

test("C8 in an outage each publish rejects at its own deadline, in order", async (broker) => {
  await using buses = await TwoBuses.open(broker);
  await buses.outage();
  const began = performance.now();
  const late: number[] = [];
  const timeouts = [300, 300, 100, 200, 300, 100];
  const publishes = timeouts.map(async (timeout, i) => {
    try {
      await buses.cut.publish("c8", i, { timeout });
    } finally {
      late.push(performance.now() - began - timeout);
    }
  });
  const { all, order } = outcomes(publishes);
  const took = await Promise.all(
    publishes.map((publish, i) =>
      idleTime(publish.catch(() => {}), `the end of publish ${i}`)
    ),
  );
  for (const [i, ms] of took.entries()) {
    assert(ms < timeouts[i]! + 250, `publish ${i} took ${ms} ms`);
  }
  assert.deepEqual(new Set(await all), new Set(["BUS_UNAVAILABLE"]));
  assert.deepEqual(order, [2, 5, 3, 0, 1, 4]);
  for (const ms of late) assert(ms > -2, `${late}`);
});

test("C8 messages in flight when the connection is cut arrive in order", async (broker) => {
  await using buses = await TwoBuses.open(broker);
  const { proxy, cut, whole } = buses;
  const subscription = whole.subscribe("c8", { queueSize: 10_000 });
  await subscription.ready;
  proxy.stall("to-server");
  const { all, order } = outcomes(
    numbers(2_500).map((n) => cut.publish("c8", n)),
  );
  await proxy.holding("to-server");
  await buses.outage();
  await proxy.pass();
  assert(
    (await within(all, "2,500 confirms")).every((it) => it === "ok"),
  );
  assert.deepEqual(order, numbers(2_500));
  const got = messages(await take(subscription, 2_500, { distinct: true }));
  assert.deepEqual(got, numbers(2_500));
});

test("C8 an outage costs no more memory than the buffer, however much is published", async (broker) => {
  const count = soak ? 1_000_000 : 100_000;
  await using buses = await TwoBuses.open(broker);
  await buses.outage();
  const body = "x".repeat(1_021); // 1 KiB with its head
  const { all } = outcomes(
    numbers(10_000).map(() => buses.cut.publish("c8", body)),
  );
  const buffered = usedMemory();
  let most = 0;
  let refused = 0;
  for (let n = 10_000; n < count; n++) {
    await buses.cut.publish("c8", body)
      .catch(({ code }) => code === "BUS_UNAVAILABLE" && refused++);
    if (n % 1_000 === 0) most = Math.max(most, usedMemory() - buffered);
  }
  assert.equal(refused, count - 10_000);
  const grown = Math.round(most / 2 ** 20);
  assert(grown < 64, `it grew by ${grown} MiB when the buffer was full`);
  await buses.proxy.pass();
  const confirmed = (await within(all, "10,000 confirms"))
    .filter((it) => it === "ok");
  assert.equal(confirmed.length, 10_000);
});

test("C9 a publish whose confirm is cut off is sent again, and resolves by the next confirm", async (broker) => {
  await using buses = await TwoBuses.open(broker);
  const { proxy, cut, whole } = buses;
  const subscription = whole.subscribe("c9");
  await subscription.ready;
  proxy.stall("to-client");
  let state = "pending";
  const publish = cut.publish("c9", 1, { id: "the same" })
    .then(() => state = "ok");
  await take(subscription, 1); // the broker has it
  await proxy.holding("to-client");
  assert.equal(state, "pending");
  await buses.outage();
  assert.equal(state, "pending");
  await proxy.pass();
  await within(publish, "the confirm");
  const [again] = await take(subscription, 1);
  assert.equal(again!.id, "the same");
});

test("C9 a publish without a confirm rejects at its deadline", async (broker) => {
  await using buses = await TwoBuses.open(broker);
  const { proxy, cut } = buses;
  proxy.stall("to-client");
  const began = performance.now();
  const publish = cut.publish("c9", 1, { timeout: 300 });
  await proxy.holding("to-client");
  const refused = assert.rejects(publish, {
    code: "BUS_UNAVAILABLE",
    message: 'Cannot publish on "c9": no confirm of the broker in 300 ms',
    hint: /the same id/,
  });
  const late = await idleTime(refused, "its end");
  assert(late < 550, `${late} ms`);
  const took = performance.now() - began;
  assert(took >= 298, `${took} ms`);
  await buses.outage();
  await proxy.pass();
  await cut.publish("c9", 2);
});

/** Returns the used heap; V8 decides when the process shrinks. */
function usedMemory(): number {
  const { heapUsed, external } = Deno.memoryUsage();
  return heapUsed + external;
}
