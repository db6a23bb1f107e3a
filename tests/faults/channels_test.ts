import type { RabbitMqBus } from "@caryatid/process/rabbit-mq";
import type { Subscription } from "@caryatid/sdk";
import assert from "node:assert/strict";
import { messages, take } from "../../sdk/testing/conformance/take.ts";
import { within } from "../../sdk/testing/conformance/within.ts";
import { openClient } from "../broker/amqp_client.ts";
import { brokerTest } from "../broker/shared_broker.ts";
import { acknowledgeTwice } from "./acknowledge_twice.ts";
import { fileBroker } from "./file_broker.ts";
import { LogWatch } from "./log_watch.ts";
import { newBus } from "./new_bus.ts";
import { numbers } from "./outcomes.ts";

const MOST_CHANNELS = 20;
const test = fileBroker({ extraConfig: `channel_max = ${MOST_CHANNELS}` });
const group = "workers";

/** Publishes until the subscription hears: it may not be back yet, and a queue of its own misses what comes before. */
async function assertHears(
  bus: RabbitMqBus,
  subscription: Subscription,
): Promise<void> {
  let heard = false;
  const sentinel = take(subscription, 1).finally(() => heard = true);
  while (!heard) await bus.publish(subscription.pattern, "sentinel");
  assert.deepEqual(messages(await sentinel), ["sentinel"]);
}

/** Asks until there is an answer: the handler may not be back yet. */
async function assertAnswers(bus: RabbitMqBus, topic: string): Promise<void> {
  const deadline = performance.now() + 5_000;
  for (;;) {
    try {
      await bus.request(topic, null);
      return;
    } catch (error) {
      if (performance.now() > deadline) throw error;
    }
  }
}

test("handlers that come and go one after the other leave neither queues nor consumers", async (broker) => {
  await using bus = newBus({ url: broker.url() });
  await bus.open();
  const round = async () => {
    const handling = bus.handle("come.and.go", () => null);
    await handling.ready;
    await bus.request("come.and.go", null);
    await handling.close();
  };
  await round();
  const after = await broker.list("consumers", "queue_name");
  for (let rounds = 0; rounds < 3; rounds++) await round();
  const now = await broker.list("consumers", "queue_name");
  assert.equal(now.length, after.length);
});

brokerTest(
  "C12 a deleted queue is declared and bound again, and that is logged",
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

test("C12 a closed AMQP channel is opened again, with what it consumed, and that is logged; the connection stays", async (broker) => {
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
  await log.until(/SUBSCRIPTION_INTERRUPTED\] "c12\.fan" heard nothing/);
  assert.deepEqual(log.all(/no connection/), []);
});

test("C12 a delivery that the broker takes back for its age comes again, and the subscription goes on", async (broker) => {
  await broker.ctl("await_startup");
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
  // What the broker does by itself once a minute; this command alone takes longer than the 100 ms.
  await broker.ctl("eval", "[C ! tick || C <- rabbit_channel:list()].");
  await log.until(/"c12" was interrupted: .*timed out/);
  const [again] = await take(member, 1);
  assert.equal(again!.message, "slow");
  assert.equal(again!.redelivered, true);
  await assertHears(bus, member);
});

test("more subscriptions than a broker allows AMQP channels all hear, and each acknowledges its own", async (broker) => {
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
