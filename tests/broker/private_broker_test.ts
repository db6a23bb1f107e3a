import assert from "node:assert/strict";
import { once } from "node:events";
import { Buffer } from "node:buffer";
import { openClient } from "./amqp_client.ts";
import { faultTest } from "./fault_case.ts";
import { FaultProxy } from "./fault_proxy.ts";
import { greeting } from "./greeting.ts";
import { PrivateBroker } from "./private_broker.ts";
import { leftovers } from "./shared_broker.ts";

/** Longest wait for an answer on a busy machine, in milliseconds. */
const PATIENCE = 30_000;

faultTest(
  "a private broker can be killed, paused, stopped and started again on its data",
  async (broker, t) => {
    await t.step("it answers AMQP once start() has resolved", async () => {
      await greeting(broker, PATIENCE);
    });

    await t.step(
      "a client connects to its url(), through a proxy too",
      async () => {
        await using proxy = await FaultProxy.to(broker);
        await using client = await openClient(broker.url({ port: proxy.port }));
        await client.channel.assertQueue("kept", { durable: true });
        await client.channel.assertQueue("lost", { durable: false });
        assert.equal(proxy.connections, 1);
      },
    );

    await t.step(
      "list() and leftovers() return its queues and exchanges",
      async () => {
        const queues = await broker.list("queues", "name", "durable");
        assert.deepEqual(
          new Set(queues),
          new Set([
            { name: "kept", durable: true },
            { name: "lost", durable: false },
          ]),
        );
        const { exchanges } = await leftovers(broker, "amq.t");
        assert.deepEqual(exchanges, ["amq.topic"]);
      },
    );

    await t.step("ctl() rejects with the output of rabbitmqctl", async () => {
      await assert.rejects(broker.ctl("delete_queue", "absent"), {
        message: /^Cannot run "rabbitmqctl delete_queue absent": .*not found/s,
      });
    });

    await t.step(
      "it is silent after pause() and answers again after resume()",
      async () => {
        broker.pause();
        await assert.rejects(greeting(broker, 100));
        broker.resume();
        await greeting(broker, PATIENCE);
      },
    );

    await t.step(
      "it refuses connections after kill(), and keeps durable queues after restart()",
      async () => {
        await broker.kill();
        await assert.rejects(greeting(broker), Deno.errors.ConnectionRefused);
        await broker.kill();
        await broker.restart();
        const { queues } = await leftovers(broker, "");
        assert.deepEqual(queues, ["kept"]);
      },
    );

    await t.step("stop() ends a paused broker", async () => {
      broker.pause();
      await broker.stop();
      await assert.rejects(greeting(broker), Deno.errors.ConnectionRefused);
      assert.throws(() => broker.pause(), /does not run/);
    });
  },
);

faultTest(
  "two private brokers run at the same time, each with its options",
  async (broker) => {
    await using other = await PrivateBroker.start({
      heartbeat: 7,
      memoryWatermark: 0.00001,
      extraConfig: "channel_max = 5",
    });
    await using client = await openClient(other.url());
    const blocked = once(client.connection, "blocked");
    client.channel.publish("", "nowhere", Buffer.from("x"));
    const [reason] = await blocked;
    assert.match(reason, /low on memory/);

    assert.deepEqual(await leftovers(broker, "amq.f"), {
      queues: [],
      exchanges: ["amq.fanout"],
    });
    assert.match(await other.ctl("environment"), /\{heartbeat,7\}/);
  },
);

faultTest(
  "a private broker whose configuration is wrong says what its console said",
  async () => {
    await assert.rejects(
      PrivateBroker.start({ extraConfig: "no.such = key" }),
      {
        message: /The broker has ended:.*no\.such/s,
      },
    );
  },
);
