import assert from "node:assert/strict";
import { MockBus } from "../testing/mock_bus.ts";
import { LentHandling } from "./lent_handling.ts";
import { LentSubscription } from "./lent_subscription.ts";
import { Life } from "./life.ts";

Deno.test("code closes what it opened, until its life is over", async () => {
  await using bus = new MockBus();
  const life = new Life();
  for (const over of [true, false]) {
    const subscription = bus.subscribe("a");
    const handling = bus.handle("a", () => 1);
    const lent = [
      new LentSubscription(subscription, life),
      new LentHandling(handling, life),
    ];
    life.over = over;
    for (const one of lent) await one.close();
    assert.equal(subscription.closed, !over);
    assert.equal(handling.closed, !over);
    assert(lent.every(({ closed }) => closed));
    await subscription.close();
    await handling.close();
  }
});

Deno.test("a step counts from the delivery until the loop comes back, or is left", async () => {
  await using bus = new MockBus();
  const life = new Life();
  const lent = new LentSubscription(bus.subscribe("a"), life);
  for (const n of [1, 2]) await bus.publish("a", n);
  const counts: number[] = [];
  for await (const { message } of lent) {
    counts.push(life.steps.count);
    if (message === 2) break;
  }
  await life.steps.none();
  assert.deepEqual(counts, [1, 1]);
  assert.equal(life.steps.count, 0);
});

Deno.test("none() resolves when the last of several is done", async () => {
  const { steps } = new Life();
  steps.begin();
  steps.begin();
  let none = false;
  const waiting = steps.none().then(() => none = true);
  steps.end();
  await Promise.resolve();
  assert(!none);
  steps.end();
  await waiting;
  await steps.none();
});
