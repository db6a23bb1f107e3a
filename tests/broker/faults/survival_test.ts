import assert from "node:assert/strict";
import { messages, take } from "../../../sdk/testing/conformance/take.ts";
import { fileBroker } from "./file_broker.ts";
import { acknowledgeTwice } from "./acknowledge_twice.ts";
import { TwoBuses } from "./two_buses.ts";

const test = fileBroker();
const LONG = "t".repeat(256);
const MANY = Array(15).fill("#").join(".x.");

test(
  "A7, C12, C16 refused messages and patterns leave both connections and all other subscriptions alive",
  async (broker, t) => {
    await using buses = await TwoBuses.open(broker, {
      "max-message-size": 1_000,
    });
    const { cut: bus, proxy, log } = buses;
    const fanOut = bus.subscribe("alive.*");
    const group = bus.subscribe("alive.*", { group: "alive" });
    const handling = bus.handle("alive.ask", () => "answer");
    await Promise.all([fanOut.ready, group.ready, handling.ready]);
    let round = 0;
    const assertAlive = async () => {
      await bus.publish("alive.round", ++round);
      for (const subscription of [fanOut, group]) {
        const got = messages(await take(subscription, 1, { distinct: true }));
        assert.deepEqual(got, [round]);
      }
      assert.equal(await bus.request("alive.ask", null), "answer");
      assert.equal(proxy.accepted, 2, "both connections are the first ones");
    };

    await t.step("a topic of 256 bytes", async () => {
      const refusal = { code: "INVALID_TOPIC" };
      await assert.rejects(bus.publish(LONG, 1), refusal);
      await assert.rejects(bus.request(LONG, 1), refusal);
      assert.throws(() => bus.subscribe(LONG), refusal);
      assert.throws(() => bus.handle(LONG, () => {}), refusal);
      await assertAlive();
    });
    await t.step("a topic that is too long for a request only", async () => {
      const topic = LONG.slice(0, 240);
      await bus.publish(topic, 1);
      await assert.rejects(bus.request(topic, 1), { code: "INVALID_TOPIC" });
      await assertAlive();
    });
    await t.step(
      "a pattern with 15 #, which receives what it matches",
      async () => {
        const many = bus.subscribe(MANY);
        const grouped = bus.subscribe(MANY, { group: "many" });
        const asked = bus.handle(`${MANY}.ask`, () => "of many");
        await Promise.all([many.ready, grouped.ready, asked.ready]);
        await bus.publish("a.b.c", "not received");
        const topic = MANY.replaceAll("#", "y");
        await bus.publish(topic, "received");
        for (const subscription of [many, grouped]) {
          assert.deepEqual(messages(await take(subscription, 1)), ["received"]);
        }
        assert.equal(await bus.request(`${topic}.ask`, null), "of many");
        await Promise.all([many.close(), grouped.close(), asked.close()]);
        await assertAlive();
      },
    );
    await t.step("a message over the configured size", async () => {
      const large = new Uint8Array(1_001);
      const refusal = { code: "MESSAGE_TOO_LARGE" };
      await assert.rejects(bus.publish("alive.large", large), refusal);
      await assert.rejects(bus.request("alive.ask", large), refusal);
      await assertAlive();
    });
    assert.deepEqual(
      log.all(/WARN|ERROR/),
      [],
      "no subscription was interrupted yet",
    );
    await t.step("an error on each AMQP channel", async () => {
      await acknowledgeTwice(broker);
      await log.until(/"alive\.\*" was interrupted: .*unknown delivery tag/, 2);
      await log.until(/SUBSCRIPTION_INTERRUPTED\] "alive/);
      while (await bus.request("alive.ask", null).catch(() => "") === "");
      // The group recovers a round trip later. Its queue keeps the messages in
      // between.
      await assertAlive();
      assert.deepEqual(log.all(/no connection/), []);
    });
  },
);
