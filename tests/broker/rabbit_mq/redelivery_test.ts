import type { Delivery } from "@caryatid/sdk";
import assert from "node:assert/strict";
import { decode } from "@caryatid/process/codec";
import type { ConsumeMessage } from "amqplib";
import { openClient } from "../amqp_client.ts";
import { openBus } from "../open_bus.ts";
import { brokerTest } from "../shared_broker.ts";

const group = "workers";

async function next(
  messages: AsyncIterable<Delivery>,
): Promise<Delivery> {
  for await (const delivery of messages) return delivery;
  throw new Error("the loop ended");
}

brokerTest(
  "C5 a message that only waits unread is kept, however often its members come and go",
  async ({ url, exchange }) => {
    const settings = { url, exchange, redeliveries: 2 };
    {
      await using bus = await openBus(settings);
      await bus.subscribe("a.#", { group }).ready;
      await bus.publish("a.b", "precious");
    }
    for (let life = 0; life < 8; life++) {
      await using bus = await openBus(settings);
      const member = bus.subscribe("a.#", { group });
      await member.ready;
    }
    await using bus = await openBus(settings);
    const { message } = await next(bus.subscribe("a.#", { group }));
    assert.equal(message, "precious");
  },
);

brokerTest(
  "D5 stopIntake returns unread messages to the queue of the group in their order, and a loop finishes its message",
  async ({ url, exchange }) => {
    const count = 500;
    await using publishing = await openBus({ url, exchange });
    {
      await using member = publishing.subscribe("a.b", { group });
      await member.ready;
    }
    for (const n of Array(count).keys()) await publishing.publish("a.b", n);
    const handled: unknown[] = [];
    for (const isRead of [false, true]) {
      await using stopping = await openBus({ url, exchange });
      const member = stopping.subscribe("a.b", { group, queueSize: count });
      await member.ready;
      while (member.queued < count) await new Promise((r) => setTimeout(r, 5));
      if (isRead) {
        (async () => {
          for await (const { message } of member) {
            await new Promise((r) => setTimeout(r, 5));
            handled.push(message);
          }
        })();
        while (handled.length < 3) await new Promise((r) => setTimeout(r, 5));
      }
      await stopping.stopIntake();
      assert.equal(member.inFlight, 0);
    }
    const rest = publishing.subscribe("a.b", { group });
    const received: unknown[] = [];
    for await (const { message } of rest) {
      received.push(message);
      if (handled.length + received.length === count) break;
    }
    assert.deepEqual([...handled, ...received], [...Array(count).keys()]);
  },
);

brokerTest(
  "C15 a message that is started and never finished is a dead letter after 2 × redeliveries starts",
  async ({ url, exchange }) => {
    const dead = `${exchange}.dead`;
    const settings = {
      url,
      exchange,
      redeliveries: 2,
      "dead-letter-exchange": dead,
    };
    const { connection, channel } = await openClient(url);
    await using _client = { [Symbol.asyncDispose]: () => connection.close() };
    await using bus = await openBus(settings);
    const first = bus.subscribe("a", { group });
    await first.ready;
    await bus.publish("a", "poison");
    const letters = Promise.withResolvers<ConsumeMessage>();
    await channel.consume(dead, (letter) => letters.resolve(letter!));
    await next(first);
    for (let taken = 1; taken <= 3; taken++) {
      await using other = await openBus(settings);
      const delivery = await next(other.subscribe("a", { group }));
      assert.equal(delivery.message, "poison");
      assert.deepEqual(delivery.headers, {});
    }
    await using last = await openBus(settings);
    const heir = last.subscribe("a", { group });
    const reading = heir[Symbol.asyncIterator]().next();
    const { properties, fields, content } = await letters.promise;
    assert.equal(fields.routingKey, "a");
    assert.equal(decode(content), "poison");
    assert.equal(properties.headers!["caryatid-code"], "MODULE_FAILED");
    assert.equal(properties.headers!["caryatid-count"], 2);
    await last.publish("a", "good");
    assert.equal((await reading).value?.message, "good");
  },
);

brokerTest(
  "C5 without a dead-letter exchange no message is dropped",
  async ({ url, exchange }) => {
    const settings = { url, exchange, redeliveries: 1 };
    await using bus = await openBus(settings);
    const first = bus.subscribe("a", { group });
    await first.ready;
    await bus.publish("a", 1);
    assert.equal((await next(first)).redelivered, false);
    for (let taken = 0; taken < 4; taken++) {
      await using other = await openBus(settings);
      const delivery = await next(other.subscribe("a", { group }));
      assert.equal(delivery.message, 1);
      assert.equal(delivery.redelivered, true);
    }
  },
);
