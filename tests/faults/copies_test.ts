import assert from "node:assert/strict";
import { messages, take } from "../../sdk/testing/conformance/take.ts";
import { FaultProxy } from "../broker/fault_proxy.ts";
import { brokerTest } from "../broker/shared_broker.ts";
import { LogWatch } from "./log_watch.ts";
import { newBus } from "./new_bus.ts";

const WINDOW = { "dedupe-window": 2 };

for (const options of [{}, { group: "workers" }]) {
  const kind = "group" in options ? "a group" : "a subscription";
  brokerTest(
    `dedupe-window drops the second copy of an id that ${kind} has finished, or has in hand`,
    async ({ url, exchange }) => {
      await using bus = newBus({ url, exchange, ...WINDOW });
      await bus.open();
      const heard = bus.subscribe("copies", options);
      await heard.ready;
      const send = (id: string) => bus.publish("copies", id, { id });
      await send("1");
      assert.deepEqual(messages(await take(heard, 1)), ["1"]);
      await send("1"); // in hand
      await send("2");
      assert.deepEqual(messages(await take(heard, 1)), ["2"]);
      await send("1"); // finished
      await send("3");
      assert.deepEqual(messages(await take(heard, 1)), ["3"]);
      await send("4");
      await send("5");
      assert.deepEqual(messages(await take(heard, 2)), ["4", "5"]);
      await send("1"); // forgotten: the window is 2
      assert.deepEqual(messages(await take(heard, 1)), ["1"]);
    },
  );
}

brokerTest(
  "dedupe-window keeps a copy of what its member had in hand and left unfinished",
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
  "dedupe-window doesn't give out again what a loop has in hand over a lost connection, and finishes",
  async ({ url, exchange }) => {
    const { hostname, port } = new URL(url);
    await using proxy = await FaultProxy.to({ hostname, port: Number(port) });
    const behind = new URL(url);
    behind.port = String(proxy.port);
    const log = new LogWatch();
    await using bus = newBus({ url: behind.href, exchange, ...WINDOW }, log);
    await bus.open();
    const heard = bus.subscribe("copies", { group: "workers" });
    await heard.ready;
    for (const id of ["1", "2"]) await bus.publish("copies", id, { id });
    assert.deepEqual(messages(await take(heard, 1)), ["1"]);
    await proxy.cut();
    await log.until(/connected to/);
    await bus.publish("copies", "3"); // both come again, ahead of this one
    const [second, third] = await take(heard, 2);
    assert.deepEqual(messages([second!, third!]), ["2", "3"]);
    assert.equal(second!.redelivered, true);
  },
);
