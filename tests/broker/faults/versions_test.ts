import assert from "node:assert/strict";
import { messages, take } from "../../../sdk/testing/conformance/take.ts";
import { openClient } from "../amqp_client.ts";
import { faultTest } from "../fault_case.ts";
import { brokerTest } from "../shared_broker.ts";
import { LogWatch } from "./log_watch.ts";
import { newBus } from "./new_bus.ts";
import { numbers } from "./outcomes.ts";

/** More redeliveries than a quorum queue of RabbitMQ 4 allows by default. */
const RETURNS = 25;

faultTest(
  "C20 a broker that refuses transient queues, as RabbitMQ 4.3 does, takes all that a bus declares",
  async (broker) => {
    const log = new LogWatch();
    const exchange = "c20";
    for (const queueType of ["classic", "quorum"]) {
      await using bus = newBus({
        url: broker.url(),
        exchange,
        "queue-type": queueType,
        "dead-letter-exchange": `c20.dead.${queueType}`,
        redeliveries: 1,
      }, log);
      await bus.open();
      const all = bus.subscribe("#");
      const one = bus.subscribe("c20");
      const group = bus.subscribe("c20", { group: queueType });
      const handling = bus.handle("c20.ask", () => "answer");
      const ready = [all, one, group, handling].map(({ ready }) => ready);
      await Promise.all(ready);
      await bus.publish("c20", 1);
      for (const subscription of [all, one, group]) {
        assert.deepEqual(messages(await take(subscription, 1)), [1]);
      }
      assert.equal(await bus.request("c20.ask", null), "answer");
      await group.close();
      // The message in flight is redelivered, and moves to the suspect queue.
      const again = bus.subscribe("c20", { group: queueType });
      assert.deepEqual(messages(await take(again, 1)), [1]);
    }
    assert.deepEqual(log.all(/WARN|ERROR/), []);
  },
  { permitTransientNonexclQueues: false },
);

brokerTest(
  `C5 a quorum group keeps a message that came back ${RETURNS} times`,
  async ({ url, exchange }) => {
    await using bus = newBus({ url, exchange, "queue-type": "quorum" });
    await bus.open();
    const subscribe = () => bus.subscribe("kept", { group: "quorum" });
    await subscribe().close();
    const first = subscribe();
    await first.ready;
    await bus.publish("kept", "still there");
    await first.close();
    for (const n of numbers(RETURNS)) {
      await using member = subscribe();
      const [delivery] = await take(member, 1);
      assert.equal(delivery!.message, "still there", `round ${n}`);
    }
    await using last = subscribe();
    assert.deepEqual(messages(await take(last, 1)), ["still there"]);
    await last.close();
    await using client = await openClient(url);
    await client.channel.deleteQueue(`${exchange}.group.quorum.kept`);
  },
);
