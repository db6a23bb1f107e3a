import { InMemoryBus, RoutingBus } from "@caryatid/process";
import type { MessageBus, Subscription } from "@caryatid/sdk";
import assert from "node:assert/strict";
import { openBus } from "../open_bus.ts";
import { brokerTest, type TestBroker } from "../shared_broker.ts";

const MESSAGES = 1_000;

/** A process whose every topic goes to memory and RabbitMQ. */
async function process({ url, exchange }: TestBroker): Promise<RoutingBus> {
  const rabbit = await openBus({ url, exchange });
  return new RoutingBus(
    [{ pattern: "#", buses: ["memory", "rabbit"] }],
    new Map<string, MessageBus>([["memory", new InMemoryBus()], [
      "rabbit",
      rabbit,
    ]]),
  );
}

async function count(
  messages: Subscription,
  until: number,
): Promise<Map<unknown, number>> {
  const counts = new Map<unknown, number>();
  let ends = 0;
  for await (const { message } of messages) {
    if (message === "end") {
      if (++ends === until) break;
    } else {
      counts.set(message, (counts.get(message) ?? 0) + 1);
    }
  }
  return counts;
}

brokerTest(
  "A9 a route to memory and RabbitMQ gives each subscriber of two processes one copy",
  async (broker) => {
    await using one = await process(broker);
    await using two = await process(broker);
    const subscriptions = [one, two].map((bus) =>
      bus.subscribe("n", { queueSize: 3 * MESSAGES })
    );
    await Promise.all(subscriptions.map(({ ready }) => ready));
    const counting = subscriptions.map((messages) => count(messages, 2));
    await Promise.all(
      [one, two].map(async (bus, process) => {
        for (let n = 0; n < MESSAGES; n++) {
          await bus.publish("n", `${process}.${n}`);
        }
        await bus.publish("n", "end");
      }),
    );
    for (const counts of await Promise.all(counting)) {
      assert.equal(counts.size, 2 * MESSAGES);
      assert.deepEqual([...new Set(counts.values())], [1]);
    }
  },
);

brokerTest(
  "A9 a request on a route to memory and RabbitMQ is handled once, in either process",
  async (broker) => {
    await using one = await process(broker);
    await using two = await process(broker);
    let handled = 0;
    await two.handle("ask", () => ++handled).ready;
    assert.equal(await one.request("ask", null), 1);
    assert.equal(await two.request("ask", null), 2);
  },
);
