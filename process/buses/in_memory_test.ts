import { busConformance } from "@caryatid/sdk/testing";
import assert from "node:assert/strict";
import { InMemoryBus } from "./in_memory.ts";

busConformance("The in-memory bus", () => Promise.resolve(new InMemoryBus()));

Deno.test("a subscriber that reads no requests costs requesters and publishers nothing", async () => {
  await using bus = new InMemoryBus();
  const dead = bus.subscribe("#", { queueSize: 1 });
  bus.handle("ask", () => 1);
  for (let n = 0; n < 70_000; n++) await bus.request("ask", n);
  assert.equal(dead.dropped, 69_999);
  await dead.close();
  bus.subscribe("t", { queueSize: 1 });
  await bus.publish("t", 1);
  await assert.rejects(bus.publish("t", 2, { timeout: 1 }), {
    code: "OVERFLOW",
    message: /still full after 1 ms/,
  });
});

Deno.test("a queue size that doesn't exist is INVALID_OPTION", () => {
  for (const queueSize of [0, -1, 1.5, NaN, 1_000_001]) {
    const bus = new InMemoryBus({ queueSize });
    assert.throws(() => bus.subscribe("t"), { code: "INVALID_OPTION" });
  }
});

Deno.test("InMemoryBus lets patterns of every form hear requests, as they come and go", async () => {
  await using bus = new InMemoryBus();
  bus.handle("a.b", () => 1);
  const ids: string[] = [];
  const all = bus.subscribe("#");
  await bus.request("a.b", 1);
  for await (const { topic } of all) {
    ids.push(topic);
    break;
  }
  assert.match(ids[0]!, /^a\.b\._request\.[0-9a-f]{16}$/);
  const other = bus.subscribe("b.#");
  const words = bus.subscribe("a.*._request.*");
  const one = bus.subscribe("a.b._request.0123456789abcdef");
  await bus.request("a.b", 2);
  assert.deepEqual([other.depth, words.depth, one.depth], [0, 1, 0]);
});

Deno.test("A13 a filter that throws costs publishers, requesters and other subscribers nothing", async () => {
  await using bus = new InMemoryBus();
  const bad = bus.subscribe("#", {
    filter: () => {
      throw new Error("bad");
    },
  });
  const good = bus.subscribe("#");
  bus.handle("a", () => "answer");
  await bus.publish("a", 1);
  assert.equal(await bus.request("a", 2), "answer");
  assert.deepEqual([bad.depth, good.depth], [0, 2]);
});
