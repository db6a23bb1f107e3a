import rabbitMq from "@caryatid/process/rabbit-mq";
import type { Delivery, SubscribeOptions } from "@caryatid/sdk";
import assert from "node:assert/strict";
import { CapturedLogs } from "../../../process/testing/captured_logs.ts";
import { ManualClock } from "../../../process/testing/manual_clock.ts";
import {
  module,
  silentProcess,
} from "../../../process/testing/silent_process.ts";
import { within } from "../../../sdk/testing/conformance/promises.ts";
import { Changes } from "../changes.ts";
import { brokerTest, type TestBroker } from "../shared_broker.ts";
import { newBus } from "./new_bus.ts";

/**
 * Process on RabbitMQ whose only module fails at the messages of `ill`, and is
 * restarted as soon as the test waits for the restart.
 */
async function open(
  { url, exchange }: TestBroker,
  options: SubscribeOptions,
  ill: (message: unknown) => boolean,
) {
  const received: Delivery[] = [];
  const changes = new Changes();
  const clock = new ManualClock();
  const fragile = module("fragile", (context) => {
    const messages = context.subscribe("work", options);
    context.run(async () => {
      for await (const delivery of messages) {
        received.push(delivery);
        changes.notify();
        const { message } = delivery;
        if (ill(message)) throw new RangeError(`ill of ${message}`);
      }
    });
  });
  const process = await silentProcess([fragile], {
    module: { fragile: { "on-failure": "restart" } },
    "message-bus": {
      rabbit: {
        class: "rabbit-mq",
        url,
        exchange,
        "dead-letter-exchange": `${exchange}.dead`,
      },
    },
    "message-router": { route: [{ pattern: "#", bus: "rabbit" }] },
  }, { clock, buses: [rabbitMq] });
  await process.start();
  const messages = () => received.map(({ message }) => message);
  return {
    process,
    received,
    messages,
    wake: () => within(clock.wake(), "the restart"),
    until: (count: number) =>
      changes.until(
        () => received.length >= count,
        () => `${count} messages, got ${messages()}`,
      ),
  };
}

brokerTest(
  "D3 with retry, at message 3 of 5 of a fan-out: 4 and 5 come once, then 3 again",
  async (broker) => {
    using _logs = new CapturedLogs();
    let ill = true;
    // Long enough that the restart comes first, also on a busy machine.
    const retry = { attempts: 2, backoff: 2_000 };
    const it = await open(broker, { retry }, (message) => message === 3 && ill);
    await using process = it.process;
    for (const n of [1, 2, 3, 4, 5]) await process.context.publish("work", n);
    await it.wake();
    ill = false;
    await it.until(6);
    assert.deepEqual(it.messages(), [1, 2, 3, 4, 5, 3]);
    const [first, again] = it.received.filter(({ message }) => message === 3);
    assert.equal(again!.redelivered, true);
    assert.equal(again!.id, first!.id);
    assert.equal(again!.time, first!.time);
  },
);

brokerTest(
  "D3 with retry, in a group: the others come meanwhile, and the dead letter has the error that the module failed with",
  async (broker) => {
    using _logs = new CapturedLogs();
    const options = { group: "workers", retry: { attempts: 3, backoff: 300 } };
    const it = await open(broker, options, (message) => message === "poison");
    await using process = it.process;
    const all = ["poison", 1, 2, 3, 4];
    for (const each of all) await process.context.publish("work", each);
    await it.wake();
    await it.until(6);
    await it.wake();
    await it.until(7);
    await it.wake();
    await process.context.publish("work", "end");
    await it.until(8);
    const [first, ...rest] = it.messages();
    assert.equal(first, "poison");
    assert.deepEqual(rest.slice(0, 4).sort(), [1, 2, 3, 4]);
    assert.deepEqual(rest.slice(4), ["poison", "poison", "end"]);
    await using bus = newBus({
      ...broker,
      "dead-letter-exchange": `${broker.exchange}.dead`,
    });
    await bus.open();
    const letters = await bus.deadLetters.list();
    assert.deepEqual(
      letters.map(({ message, code, cause, count, topic }) => ({
        message,
        code,
        cause,
        count,
        topic,
      })),
      [{
        message: "poison",
        code: "MODULE_FAILED",
        cause: "ill of poison",
        count: 3,
        topic: "work",
      }],
    );
  },
);
