import type { RabbitMqBus } from "@caryatid/process/rabbit-mq";
import type { CaryatidError, Subscription } from "@caryatid/sdk";
import assert from "node:assert/strict";
import { messages, take } from "../../../sdk/testing/conformance/take.ts";
import { within } from "../../../sdk/testing/conformance/promises.ts";
import { faultTest } from "../fault_case.ts";
import { freePort } from "../free_port.ts";
import { PrivateBroker } from "../private_broker.ts";
import { Listener } from "./listener.ts";
import { LogWatch } from "./log_watch.ts";
import { newBus } from "./new_bus.ts";
import { numbers } from "./outcomes.ts";

const soak = Deno.env.has("CARYATID_SOAK");

/**
 * Publishes until the subscription receives a message: after an outage it may
 * recover later than the publisher.
 */
async function assertHears(
  bus: RabbitMqBus,
  subscription: Subscription,
): Promise<void> {
  let received = false;
  const one = take(subscription, 1, { timeout: 20_000 })
    .finally(() => received = true);
  while (!received) await bus.publish(subscription.pattern, "sentinel");
  assert.deepEqual(messages(await one), ["sentinel"]);
}

faultTest(
  "C1 the bus tries the next of several URLs if one is down, at start and later",
  async (first) => {
    await using second = await PrivateBroker.start();
    await first.stop();
    const closed = `amqp://127.0.0.1:${freePort()}`;
    const log = new LogWatch();
    const url = [closed, first.url(), second.url()];
    await using bus = newBus({ url }, log);
    await within(bus.open(), "the second broker");
    const at = (port: number) => `127\\.0\\.0\\.1:${port}`;
    await log.until(new RegExp(`INFO connected to ${at(second.port)}`));
    const tried = log.all(/no connection/)
      .map((line) => Number(/127\.0\.0\.1:(\d+)/.exec(line)![1]));
    assert.deepEqual(tried, [Number(new URL(closed).port), first.port]);
    const received = bus.subscribe("c1");
    await received.ready;
    await bus.publish("c1", 1);
    assert.deepEqual(messages(await take(received, 1)), [1]);

    await second.kill();
    await first.restart();
    await log.until(
      new RegExp(`INFO connected to ${at(first.port)}`),
      1,
      15_000,
    );
    await assertHears(bus, received);
    await received.close();
  },
);

/** Publishes each message until it is confirmed, so possibly more than once. */
async function publishAll(bus: RabbitMqBus, all: number[]): Promise<void> {
  for (const n of all) {
    for (;;) {
      try {
        await bus.publish("work", n, { id: `${n}`, timeout: 2_000 });
        break;
      } catch (error) {
        // A quorum queue without a leader refuses messages as a full one does.
        const { code } = error as CaryatidError;
        assert.match(code, /^(BUS_UNAVAILABLE|QUEUE_FULL)$/);
      }
    }
  }
}

const cluster = soak ? faultTest : (name: string) =>
  Deno.test.ignore(
    `${name} (skipped: takes a minute, CARYATID_SOAK=1 runs it)`,
    () => {},
  );

cluster(
  "C5 a quorum group on a cluster of three nodes loses no message when two nodes are killed, one after the other",
  async (first, t) => {
    await using second = await first.joined();
    await using third = await first.joined();
    const nodes = [first, second, third];
    const log = new LogWatch();
    const settings = {
      exchange: "cluster",
      "queue-type": "quorum",
      "dead-letter-exchange": "cluster.dead",
    };
    const urls = (...order: number[]) => order.map((n) => nodes[n]!.url());
    await using publishing = newBus({ ...settings, url: urls(0, 1, 2) }, log);
    await using consuming = newBus({ ...settings, url: urls(1, 0, 2) }, log);
    await Promise.all([publishing.open(), consuming.open()]);
    const member = consuming.subscribe("work", { group: "quorum" });
    await member.ready;
    const received = new Listener(member);
    const messages = numbers(3_000);

    for (const [i, victim] of [first, second].entries()) {
      await t.step(`node ${i + 1} is killed`, async () => {
        const part = messages.slice(i * 1_000, (i + 1) * 1_000);
        const published = publishAll(publishing, part);
        await received.until(part[300], 20_000);
        await victim.kill();
        await within(published, "the confirms", 60_000);
        for (const n of part) await received.until(n, 30_000);
        await victim.restart();
        await victim.list("queues", "name");
      });
    }
    await t.step("all nodes are back", async () => {
      await publishAll(publishing, messages.slice(2_000));
      for (const n of messages) await received.until(n, 30_000);
    });
    await consuming.close();
    await received.ended;
  },
);
