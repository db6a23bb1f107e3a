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

Deno.test("subscribe throws INVALID_OPTION if the queue size is out of range", () => {
  for (const queueSize of [0, -1, 1.5, NaN, 1_000_001]) {
    const bus = new InMemoryBus({ queueSize });
    assert.throws(() => bus.subscribe("t"), { code: "INVALID_OPTION" });
  }
});

Deno.test("InMemoryBus delivers requests to matching patterns of every form, also to later subscriptions", async () => {
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
  assert.deepEqual([other.queued, words.queued, one.queued], [0, 1, 0]);
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
  assert.deepEqual([bad.queued, good.queued], [0, 2]);
});

Deno.test("a subscriber that names answers receives copies of answers and errors with their duration, and # receives none", async () => {
  await using bus = new InMemoryBus();
  const all = bus.subscribe("#");
  const answers = bus.subscribe("ask._response.*");
  bus.handle("ask", ({ message }) => {
    if (message === 2) throw new RangeError("too far");
    return "fine";
  });
  assert.equal(await bus.request("ask", 1), "fine");
  await assert.rejects(bus.request("ask", 2), { code: "HANDLER_FAILED" });
  await bus.close();
  const copies = await Array.fromAsync(answers);
  const requests = await Array.fromAsync(all);
  assert.deepEqual(
    copies.map(({ topic }) => topic),
    requests.map(({ topic }) => topic.replace("_request", "_response")),
  );
  const [first, second] = copies;
  assert.equal(first?.message, "fine");
  assert(Number(first?.headers["answer-duration"]) >= 0);
  assert.equal(first?.headers["answer-failure"], undefined);
  assert.equal(second?.headers["answer-failure"], "HANDLER_FAILED");
  assert.match(
    (second?.message as Error).message,
    /its handler failed with RangeError: too far/,
  );
});
