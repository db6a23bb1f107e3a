import assert from "node:assert/strict";
import { MockBus } from "../testing/mock_bus.ts";
import type { Topics } from "../topics.ts";
import { DeclaredBus, type OnUndeclaredTopic } from "./declared_bus.ts";

class Subject implements AsyncDisposable {
  readonly inner = new MockBus();
  readonly undeclared: string[] = [];
  readonly bus: DeclaredBus;

  constructor(topics: Topics, answer: OnUndeclaredTopic = () => undefined) {
    this.bus = new DeclaredBus(this.inner, topics, (use, topic) => {
      this.undeclared.push(`${use} ${topic}`);
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
  const { bus, undeclared } = subject;
  const subscription = bus.subscribe("a.*");
  bus.handle("q.x", () => "answer");
  await bus.publish("a.b", 1);
  await bus.publish("b", 2);
  assert.equal(await bus.request("q.x", 1), "answer");
  for await (const { message } of subscription) {
    assert.equal(message, 1);
    break;
  }
  assert.deepEqual(undeclared, []);
});

Deno.test("undeclared uses of topics are reported and pass if no error is returned", async () => {
  await using subject = new Subject({ publish: ["a.*"] });
  const { bus, undeclared, inner } = subject;
  bus.subscribe("a.b");
  bus.handle("q", () => 1);
  await bus.request("q", 1);
  for (const topic of ["a", "a.b.c", "A.b"]) await bus.publish(topic, 1);
  assert.deepEqual(undeclared, [
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
  const { bus, undeclared } = subject;
  for (const pattern of ["a.b", "a.*", "b", "b.*.c"]) bus.subscribe(pattern);
  assert.deepEqual(undeclared, []);
  for (const pattern of ["a.#", "*.b", "#"]) bus.subscribe(pattern);
  assert.deepEqual(undeclared, [
    "subscribe a.#",
    "subscribe *.b",
    "subscribe #",
  ]);
});

Deno.test("an undeclared group is reported, a declared one is not", async () => {
  await using subject = new Subject({ subscribe: ["#"], groups: ["workers"] });
  const { bus, undeclared } = subject;
  bus.subscribe("a", { group: "workers" });
  bus.subscribe("a", { group: "thieves" });
  assert.deepEqual(undeclared, ["groups thieves"]);
});

Deno.test("an undeclared use fails with the returned error and does not reach the bus", async () => {
  const error = new Error("undeclared");
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
  const { bus, undeclared } = subject;
  const long = "x".repeat(256);
  await assert.rejects(bus.publish(long, 1), { code: "INVALID_TOPIC" });
  await assert.rejects(bus.publish(5 as never, 1), { code: "INVALID_TOPIC" });
  assert.throws(() => bus.subscribe(long), { code: "INVALID_TOPIC" });
  assert.deepEqual(undeclared, []);
});
