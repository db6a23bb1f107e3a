import type { RabbitMqBus } from "@caryatid/process/rabbit-mq";
import { CaryatidError } from "@caryatid/sdk";
import type { Delivery, Subscription } from "@caryatid/sdk";
import assert from "node:assert/strict";
import { messages, take } from "../../../sdk/testing/conformance/take.ts";
import { within } from "../../../sdk/testing/conformance/promises.ts";
import { openClient } from "../amqp_client.ts";
import { brokerTest, type TestBroker } from "../shared_broker.ts";
import { LogWatch } from "./log_watch.ts";
import { newBus } from "./new_bus.ts";

const group = "workers";

function accept(delivery: Delivery): Delivery {
  if (!String(delivery.message).startsWith("bad")) return delivery;
  throw new CaryatidError("INVALID_MESSAGE", `found ${delivery.message}`);
}

/**
 * Bus that keeps dead letters, and a member of a group that refuses messages
 * with "bad".
 */
async function open(
  { url, exchange }: TestBroker,
  log?: LogWatch,
  settings: Record<string, unknown> = {},
): Promise<{ bus: RabbitMqBus; member: Subscription }> {
  const dead = { "dead-letter-exchange": `${exchange}.dead` };
  const bus = newBus({ url, exchange, ...dead, ...settings }, log);
  await bus.open();
  const member = bus.subscribe("dead.#", { group, accept });
  await member.ready;
  return { bus, member };
}

/**
 * Publishes the texts on `dead.<text>`, and a last message. Resolves when the
 * bad ones are dead letters.
 */
async function refuse(
  bus: RabbitMqBus,
  member: Subscription,
  ...texts: string[]
): Promise<void> {
  for (const text of [...texts, "end"]) {
    await bus.publish(`dead.${text}`, text, {
      id: `id of ${text}`,
      headers: { author: "me" },
    });
  }
  await take(member, 1);
  await member.close();
}

const shown = async (bus: RabbitMqBus, filter = {}) =>
  (await bus.deadLetters.list(filter)).map(({ message }) => message);

brokerTest("the health of a bus counts its dead letters", async (broker) => {
  const { bus, member } = await open(broker);
  await using _ = bus;
  assert.equal(bus.health()[0]?.deadLettered, undefined);
  await refuse(bus, member, "bad1", "bad2");
  assert.equal(bus.health()[0]?.deadLettered, 2);
});

brokerTest(
  "dead letters are listed, filtered and in order, without being removed",
  async (broker) => {
    const { bus, member } = await open(broker);
    await using _ = bus;
    await refuse(bus, member, "bad1", "bad2", "bad3");
    for (const _ of ["once", "again"]) {
      assert.deepEqual(await shown(bus), ["bad1", "bad2", "bad3"]);
    }
    assert.deepEqual(await shown(bus, { limit: 2 }), ["bad1", "bad2"]);
    assert.deepEqual(await shown(bus, { topic: "*.bad2" }), ["bad2"]);
    assert.deepEqual(await shown(bus, { id: "id of bad3" }), ["bad3"]);
    assert.deepEqual(await shown(bus, { code: "MODULE_FAILED" }), []);
    await assert.rejects(bus.deadLetters.list({ limit: 0 }), {
      code: "INVALID_OPTION",
    });
    await assert.rejects(bus.deadLetters.list({ topic: "x".repeat(256) }), {
      code: "INVALID_TOPIC",
    });
  },
);

for (const type of ["classic", "quorum"]) {
  brokerTest(
    `dead letters in a ${type} queue are back at once when they were listed, however often`,
    async (broker) => {
      const settings = { "queue-type": type };
      const { bus, member } = await open(broker, undefined, settings);
      await using _ = bus;
      await refuse(bus, member, "bad1", "bad2", "bad3");
      for (let time = 0; time < 30; time++) {
        assert.deepEqual(await shown(bus), ["bad1", "bad2", "bad3"]);
      }
      assert.equal(await bus.deadLetters.replay({ topic: "dead.bad2" }), 1);
      assert.equal(await bus.deadLetters.drop(), 2);
    },
  );
}

brokerTest(
  "replay() publishes dead letters again as they were, and removes them",
  async (broker) => {
    const { bus, member } = await open(broker);
    await using _ = bus;
    await refuse(bus, member, "bad1", "bad2", "bad3");
    const mended = bus.subscribe("dead.#", { group });
    const other = bus.subscribe("dead.#");
    await Promise.all([mended.ready, other.ready]);
    assert.equal(await bus.deadLetters.replay({ topic: "dead.bad2" }), 1);
    assert.equal(await bus.deadLetters.replay({ limit: 1 }), 1);
    const [end] = await take(mended, 1); // the last one was in flight
    assert.equal(end!.message, "end");
    for (const subscription of [mended, other]) {
      const got = await take(subscription, 2);
      assert.deepEqual(
        got.map(({ topic, message, id, headers }) => ({
          topic,
          message,
          id,
          headers,
        })),
        ["bad2", "bad1"].map((text) => ({
          topic: `dead.${text}`,
          message: text,
          id: `id of ${text}`,
          headers: { author: "me" },
        })),
      );
    }
    assert.deepEqual(await shown(bus), ["bad3"]);
  },
);

brokerTest(
  "a replayed message that is refused again is a dead letter again, and replay() ends",
  async (broker) => {
    const { bus, member } = await open(broker);
    await using _ = bus;
    await refuse(bus, member, "bad1", "bad2");
    const again = bus.subscribe("dead.#", { group, accept });
    await again.ready;
    assert.equal(await bus.deadLetters.replay(), 2);
    await take(again, 1); // the last one, which was in flight
    await bus.publish("dead.end", "end");
    await take(again, 1);
    await again.close();
    assert.deepEqual(await shown(bus), ["bad1", "bad2"]);
  },
);

brokerTest(
  "dedupe-window delivers a replayed message with the id of the refused one",
  async (broker) => {
    let mended = false;
    const settings = { "dedupe-window": 100 };
    const { bus, member } = await open(broker, undefined, settings);
    await using _ = bus;
    await member.close();
    const same = bus.subscribe("dead.#", {
      group: "same",
      accept: (delivery) => mended ? delivery : accept(delivery),
    });
    await same.ready;
    await bus.publish("dead.bad", "bad", { id: "1" });
    await bus.publish("dead.end", "end");
    await take(same, 1);
    const kept = async () => {
      while ((await bus.deadLetters.list()).length === 0);
    };
    await within(kept(), "the dead letter");
    mended = true;
    assert.equal(await bus.deadLetters.replay({ topic: "dead.bad" }), 1);
    assert.deepEqual(messages(await take(same, 1)), ["bad"]);
  },
);

brokerTest("drop() removes dead letters", async (broker) => {
  const { bus, member } = await open(broker);
  await using _ = bus;
  await refuse(bus, member, "bad1", "bad2", "bad3");
  assert.equal(await bus.deadLetters.drop({ id: "id of bad2" }), 1);
  assert.deepEqual(await shown(bus), ["bad1", "bad3"]);
  assert.equal(await bus.deadLetters.drop(), 2);
  assert.deepEqual(await shown(bus), []);
  assert.equal(await bus.deadLetters.drop(), 0);
});

for (const kind of ["queue", "exchange"] as const) {
  brokerTest(
    `a dead letter is kept when the dead-letter ${kind} was deleted`,
    async (broker) => {
      const log = new LogWatch();
      const { bus, member } = await open(broker, log);
      await using _ = bus;
      await using client = await openClient(broker.url);
      const dead = `${broker.exchange}.dead`;
      if (kind === "queue") await client.channel.deleteQueue(dead);
      else await client.channel.deleteExchange(dead);
      await bus.publish("dead.bad", "bad");
      await bus.publish("dead.end", "end");
      await take(member, 1);
      const kept = async () => {
        while ((await bus.deadLetters.list().catch(() => [])).length === 0);
      };
      await within(kept(), () => `the letter, got ${log.lines.join("\n")}`);
    },
  );
}

brokerTest(
  "dead letters reject with BUS_UNAVAILABLE without a connection",
  async (broker) => {
    const bus = newBus({ ...broker, "dead-letter-exchange": "dead" });
    await assert.rejects(bus.deadLetters.list(), {
      code: "BUS_UNAVAILABLE",
      message: "Cannot list dead letters: there is no connection",
    });
    await bus.close();
  },
);

brokerTest(
  "a message at which where throws is a dead letter of its group, one that where excludes is not",
  async ({ url, exchange }) => {
    const dead = { "dead-letter-exchange": `${exchange}.dead` };
    await using bus = newBus({ url, exchange, ...dead });
    await bus.open();
    const member = bus.subscribe("dead.#", {
      group,
      where: (delivery) => accept(delivery).message !== "unwanted",
    });
    await member.ready;
    await refuse(bus, member, "unwanted", "bad1", "unwanted", "bad2");
    const letters = await bus.deadLetters.list();
    assert.deepEqual(
      letters.map(({ message, code, count }) => ({ message, code, count })),
      ["bad1", "bad2"].map((message) => ({
        message,
        code: "INVALID_MESSAGE",
        count: 0,
      })),
    );
    assert.equal(member.dropped, 2);
  },
);
