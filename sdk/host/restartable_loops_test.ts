import assert from "node:assert/strict";
import { InMemoryBus } from "../bus/in_memory.ts";
import { LocalDelivery } from "../bus/local_delivery.ts";
import { MockBus } from "../testing/mock_bus.ts";
import { SharedLoop } from "./restartable_loops.ts";

Deno.test("SharedLoop rejects the first waiting call after a failure, and the second one receives the delivery", async () => {
  await using bus = new MockBus();
  const subscription = bus.subscribe("a");
  const delivery = new LocalDelivery("a", 1, undefined);
  const steps = [
    () => Promise.reject(new Error("changed")),
    () => Promise.resolve({ done: false as const, value: delivery }),
  ];
  subscription[Symbol.asyncIterator] = () => ({
    next: () => steps.shift()!(),
  });
  const shared = new SharedLoop(subscription);
  const calls = [shared.next(), shared.next()];
  await assert.rejects(calls[0]!, { message: "changed" });
  assert.equal((await calls[1])?.value, delivery);
});

Deno.test("two calls that wait for a queue receive one delivery each, in order", async () => {
  await using bus = new InMemoryBus();
  const subscription = bus.subscribe("a");
  const shared = new SharedLoop(subscription);
  const calls = [shared.next(), shared.next()];
  for (const message of [1, 2, 3]) await bus.publish("a", message);
  const steps = await Promise.all([...calls, shared.next()]);
  assert.deepEqual(steps.map(({ value }) => value?.message), [1, 2, 3]);
  assert.equal(subscription.queued, 0);
  await bus.publish("a", 4);
  assert.equal((await shared.next()).value?.message, 4);
  await subscription.close();
});

Deno.test("a call that is dismissed leaves the delivery to the next call", async () => {
  await using bus = new InMemoryBus();
  const subscription = bus.subscribe("a");
  const shared = new SharedLoop(subscription);
  const dismissed = shared.next();
  shared.dismiss();
  assert.equal((await dismissed).done, true);
  await bus.publish("a", 1);
  assert.equal((await shared.next()).value?.message, 1);
  await subscription.close();
  assert.equal((await shared.next()).done, true);
});
