import assert from "node:assert/strict";
import { messages, take } from "../../../sdk/testing/conformance/take.ts";
import { FaultProxy } from "../fault_proxy.ts";
import { brokerTest } from "../shared_broker.ts";
import { LogWatch } from "./log_watch.ts";
import { newBus } from "./new_bus.ts";

const WINDOW = { "dedupe-window": 2 };

for (const options of [{}, { group: "workers" }]) {
  const kind = "group" in options ? "a group" : "a subscription";
  brokerTest(
    `dedupe-window drops the second copy of an id that ${kind} has finished or is handling`,
    async ({ url, exchange }) => {
      await using bus = newBus({ url, exchange, ...WINDOW });
      await bus.open();
      const incoming = bus.subscribe("copies", options);
      await incoming.ready;
      const send = (id: string) => bus.publish("copies", id, { id });
      await send("1");
      assert.deepEqual(messages(await take(incoming, 1)), ["1"]);
      await send("1"); // in flight
      await send("2");
      assert.deepEqual(messages(await take(incoming, 1)), ["2"]);
      await send("1"); // finished
      await send("3");
      assert.deepEqual(messages(await take(incoming, 1)), ["3"]);
      await send("4");
      await send("5");
      assert.deepEqual(messages(await take(incoming, 2)), ["4", "5"]);
      await send("1"); // forgotten: the window is 2
      assert.deepEqual(messages(await take(incoming, 1)), ["1"]);
    },
  );
}

brokerTest(
  "dedupe-window keeps a copy of a message that its member left unfinished",
  async ({ url, exchange }) => {
    await using one = newBus({ url, exchange, ...WINDOW });
    await using other = newBus({ url, exchange, ...WINDOW });
    await Promise.all([one.open(), other.open()]);
    const group = "workers";
    const leaving = one.subscribe("copies", { group });
    await leaving.ready;
    const send = (id: string) => one.publish("copies", id, { id });
    await send("1");
    await take(leaving, 1);
    await send("1");
    await leaving.close();
    const heir = other.subscribe("copies", { group });
    await heir.ready;
    await send("2");
    assert.deepEqual(messages(await take(heir, 2)), ["1", "2"]);
  },
);

brokerTest(
  "dedupe-window drops the redelivery of a message in flight over a lost connection if its loop finishes it",
  async ({ url, exchange }) => {
    const { hostname, port } = new URL(url);
    await using proxy = await FaultProxy.to({ hostname, port: Number(port) });
    const behind = new URL(url);
    behind.port = String(proxy.port);
    const log = new LogWatch();
    await using bus = newBus({ url: behind.href, exchange, ...WINDOW }, log);
    await bus.open();
    const incoming = bus.subscribe("copies", { group: "workers" });
    await incoming.ready;
    for (const id of ["1", "2"]) await bus.publish("copies", id, { id });
    assert.deepEqual(messages(await take(incoming, 1)), ["1"]);
    await proxy.cut();
    await log.until(/connected to/);
    await bus.publish("copies", "3"); // both are redelivered before this one
    const [second, third] = await take(incoming, 2);
    assert.deepEqual(messages([second!, third!]), ["2", "3"]);
    assert.equal(second!.redelivered, true);
  },
);

brokerTest(
  "dedupe-window counts per topic and id, and warns that a group has other members",
  async ({ url, exchange }) => {
    const log = new LogWatch();
    await using bus = newBus({ url, exchange, "dedupe-window": 10 }, log);
    await bus.open();
    const received = bus.subscribe("copies.*");
    const member = bus.subscribe("copies.*", { group: "workers" });
    await Promise.all([received.ready, member.ready]);
    for (const topic of ["copies.a", "copies.b", "copies.a"]) {
      await bus.publish(topic, topic, { id: "1" });
    }
    await bus.publish("copies.c", "end", { id: "2" });
    for (const subscription of [received, member]) {
      assert.deepEqual(
        messages(await take(subscription, 3)),
        ["copies.a", "copies.b", "end"],
      );
    }
    assert.equal(log.all(/WARN dedupe-window .*"workers"/).length, 1);
  },
);
