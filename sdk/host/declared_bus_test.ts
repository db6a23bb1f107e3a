import assert from "node:assert/strict";
import { MockBus } from "../testing/mock_bus.ts";
import type { Topics } from "../topics.ts";
import { DeclaredBus, type OnUndeclaredTopic } from "./declared_bus.ts";

class Subject implements AsyncDisposable {
  readonly inner = new MockBus();
  readonly strays: string[] = [];
  readonly bus: DeclaredBus;

  constructor(topics: Topics, answer: OnUndeclaredTopic = () => undefined) {
    this.bus = new DeclaredBus(this.inner, topics, (use, topic) => {
      this.strays.push(`${use} ${topic}`);
      return answer(use, topic);
    });
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.bus.close();
  }
}

Deno.test("declared uses of topics pass without a report", async () => {
  await using subject = new Subject({
    publish: ["a.*", "b"],
    subscribe: ["a.#"],
    request: ["q.#"],
    handle: ["q.*"],
  });
  const { bus, strays } = subject;
  const subscription = bus.subscribe("a.*");
  bus.handle("q.x", () => "answer");
  await bus.publish("a.b", 1);
  await bus.publish("b", 2);
  assert.equal(await bus.request("q.x", 1), "answer");
  for await (const { message } of subscription) {
    assert.equal(message, 1);
    break;
  }
  assert.deepEqual(strays, []);
});

Deno.test("undeclared uses of topics are reported and pass if no error is returned", async () => {
  await using subject = new Subject({ publish: ["a.*"] });
  const { bus, strays, inner } = subject;
  bus.subscribe("a.b");
  bus.handle("q", () => 1);
  await bus.request("q", 1);
  for (const topic of ["a", "a.b.c", "A.b"]) await bus.publish(topic, 1);
  assert.deepEqual(strays, [
    "subscribe a.b",
    "handle q",
    "request q",
    "publish a",
    "publish a.b.c",
    "publish A.b",
  ]);
  assert.equal(inner.published.length, 3);
});

Deno.test("a pattern must be covered as a whole by one that is declared", async () => {
  await using subject = new Subject({ subscribe: ["a.*", "b.#"] });
  const { bus, strays } = subject;
  for (const pattern of ["a.b", "a.*", "b", "b.*.c"]) bus.subscribe(pattern);
  assert.deepEqual(strays, []);
  for (const pattern of ["a.#", "*.b", "#"]) bus.subscribe(pattern);
  assert.deepEqual(strays, ["subscribe a.#", "subscribe *.b", "subscribe #"]);
});

Deno.test("an undeclared group is reported, a declared one is not", async () => {
  await using subject = new Subject({ subscribe: ["#"], groups: ["workers"] });
  const { bus, strays } = subject;
  bus.subscribe("a", { group: "workers" });
  bus.subscribe("a", { group: "thieves" });
  assert.deepEqual(strays, ["groups thieves"]);
});

Deno.test("an undeclared use fails with the returned error and does not reach the bus", async () => {
  const error = new Error("stray");
  await using subject = new Subject({}, () => error);
  const { bus, inner } = subject;
  await assert.rejects(bus.publish("a", 1), error);
  await assert.rejects(bus.request("a", 1), error);
  assert.throws(() => bus.subscribe("a"), error);
  assert.throws(() => bus.handle("a", () => 1), error);
  assert.deepEqual([inner.published, inner.requested], [[], []]);
});

Deno.test("an invalid topic is not reported, and the bus rejects it", async () => {
  await using subject = new Subject({ publish: ["#"], subscribe: ["#"] });
  const { bus, strays } = subject;
  const long = "x".repeat(256);
  await assert.rejects(bus.publish(long, 1), { code: "INVALID_TOPIC" });
  await assert.rejects(bus.publish(5 as never, 1), { code: "INVALID_TOPIC" });
  assert.throws(() => bus.subscribe(long), { code: "INVALID_TOPIC" });
  assert.deepEqual(strays, []);
});
