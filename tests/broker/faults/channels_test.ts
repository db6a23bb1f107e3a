import type { RabbitMqBus } from "@caryatid/process/rabbit-mq";
import type { Subscription } from "@caryatid/sdk";
import assert from "node:assert/strict";
import { messages, take } from "../../../sdk/testing/conformance/take.ts";
import { within } from "../../../sdk/testing/conformance/promises.ts";
import { openClient } from "../amqp_client.ts";
import { brokerTest } from "../shared_broker.ts";
import { acknowledgeTwice } from "./acknowledge_twice.ts";
import { fileBroker } from "./file_broker.ts";
import { LogWatch } from "./log_watch.ts";
import { newBus } from "./new_bus.ts";
import { numbers } from "./outcomes.ts";

const MOST_CHANNELS = 20;
const test = fileBroker({ extraConfig: `channel_max = ${MOST_CHANNELS}` });
const group = "workers";

/**
 * Publishes until the subscription receives a message. The subscription may
 * still be recovering, and a queue without a group misses earlier messages.
 */
async function assertHears(
  bus: RabbitMqBus,
  subscription: Subscription,
): Promise<void> {
  let arrived = false;
  const sentinel = take(subscription, 1).finally(() => arrived = true);
  while (!arrived) await bus.publish(subscription.pattern, "sentinel");
  assert.deepEqual(messages(await sentinel), ["sentinel"]);
}

/** Requests until an answer arrives: the handler may still be recovering. */
async function assertAnswers(bus: RabbitMqBus, topic: string): Promise<void> {
  const deadline = performance.now() + 30_000;
  for (;;) {
    try {
      await bus.request(topic, null);
      return;
    } catch (error) {
      if (performance.now() > deadline) throw error;
    }
  }
}

test("handlers that open and close in turn leave neither queues nor consumers", async (broker) => {
  await using bus = newBus({ url: broker.url() });
  await bus.open();
  const round = async () => {
    const handling = bus.handle("come.and.go", () => null);
    await handling.ready;
    await bus.request("come.and.go", null);
    await handling.close();
  };
  const counts = async () => [
    (await broker.list("queues", "name")).length,
    (await broker.list("consumers", "queue_name")).length,
  ];
  await round();
  const after = await counts();
  for (let rounds = 0; rounds < 3; rounds++) await round();
  assert.deepEqual(await counts(), after);
});

test("C12 a new group interrupts no subscription that shares its channel", async (broker) => {
  const log = new LogWatch();
  await using bus = newBus({ url: broker.url() }, log);
  await bus.open();
  const all = numbers(MOST_CHANNELS).map((n) => bus.subscribe(`many.${n}`));
  await Promise.all(all.map(({ ready }) => ready));
  await bus.subscribe("late", { group }).ready;
  for (const subscription of all) await assertHears(bus, subscription);
  assert.deepEqual(log.all(/WARN|ERROR/), []);
});

brokerTest(
  "C12 the bus declares and binds a deleted queue again, and logs it",
  async ({ url, exchange }) => {
    const log = new LogWatch();
    await using bus = newBus({ url, exchange }, log);
    await bus.open();
    const member = bus.subscribe("c12", { group });
    const handling = bus.handle("c12.ask", () => "answer");
    await Promise.all([member.ready, handling.ready]);
    await using client = await openClient(url);
    await client.channel.deleteQueue(`${exchange}.group.${group}.c12`);
    await client.channel.deleteQueue(`${exchange}.handlers.c12.ask`);
    await assertHears(bus, member);
    const why = "was interrupted: its queue was deleted; next try in 100 ms$";
    await log.until(new RegExp(`^WARN "c12" ${why}`));
    await log.until(new RegExp(`^WARN "c12\\.ask" ${why}`));
    await assertAnswers(bus, "c12.ask");
  },
);

test("C12 the bus opens a closed AMQP channel again with its consumers, and logs it; the connection stays", async (broker) => {
  const log = new LogWatch();
  await using bus = newBus({ url: broker.url() }, log);
  await bus.open();
  const fanOut = bus.subscribe("c12.fan");
  const member = bus.subscribe("c12.group", { group });
  const handling = bus.handle("c12.ask", () => "answer");
  await Promise.all([fanOut.ready, member.ready, handling.ready]);
  await acknowledgeTwice(broker);
  const why = "PRECONDITION_FAILED - unknown delivery tag 4711";
  await log.until(new RegExp(`"c12\\.fan" was interrupted: .*${why}`));
  await log.until(new RegExp(`"c12\\.group" was interrupted: .*${why}`));
  await assertHears(bus, fanOut);
  await assertHears(bus, member);
  await assertAnswers(bus, "c12.ask");
  await log.until(/SUBSCRIPTION_INTERRUPTED\] "c12\.fan" received nothing/);
  assert.deepEqual(log.all(/no connection/), []);
});

test("C12 a delivery that times out in the broker is redelivered, and the subscription continues", async (broker) => {
  await broker.ctl(
    "eval",
    "application:set_env(rabbit, consumer_timeout, 100).",
  );
  const log = new LogWatch();
  await using bus = newBus({ url: broker.url() }, log);
  await bus.open();
  const member = bus.subscribe("c12", { group });
  await member.ready;
  await bus.publish("c12", "slow");
  assert.deepEqual(messages(await take(member, 1)), ["slow"]);
  // The broker checks the timeout once a minute; this starts the check now. The
  // command alone takes longer than the 100 ms.
  await broker.ctl("eval", "[C ! tick || C <- rabbit_channel:list()].");
  await log.until(/"c12" was interrupted: .*timed out/);
  const [again] = await take(member, 1);
  assert.equal(again!.message, "slow");
  assert.equal(again!.redelivered, true);
  await assertHears(bus, member);
});

test("more subscriptions than the broker allows AMQP channels all receive, and each acknowledges its own deliveries", async (broker) => {
  await using bus = newBus({ url: broker.url() });
  await bus.open();
  const subscriptions = numbers(3 * MOST_CHANNELS).map((n) =>
    bus.subscribe(`many.${n}.#`, { group, queueSize: 2 })
  );
  const ready = Promise.all(subscriptions.map(({ ready }) => ready));
  await within(ready, "60 subscriptions", 60_000);
  for (const text of ["1", "2", "3"]) {
    for (const n of subscriptions.keys()) await bus.publish(`many.${n}`, text);
  }
  for (const subscription of subscriptions) {
    assert.deepEqual(messages(await take(subscription, 3)), ["1", "2", "3"]);
  }
});
