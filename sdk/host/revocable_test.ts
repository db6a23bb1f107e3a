import assert from "node:assert/strict";
import { MockBus } from "../testing/mock_bus.ts";
import { RevocableHandling, RevocableSubscription } from "./revocable.ts";
import { ModuleRun } from "./module_run.ts";

Deno.test("close() closes the wrapped subscription and handling only before the end of a run", async () => {
  await using bus = new MockBus();
  const run = new ModuleRun();
  for (const ended of [true, false]) {
    const subscription = bus.subscribe("a");
    const handling = bus.handle("a", () => 1);
    const lent = [
      new RevocableSubscription(subscription, run),
      new RevocableHandling(handling, run),
    ];
    run.ended = ended;
    for (const one of lent) await one.close();
    assert.equal(subscription.closed, !ended);
    assert.equal(handling.closed, !ended);
    assert(lent.every(({ closed }) => closed));
    await subscription.close();
    await handling.close();
  }
});

Deno.test("a step counts from the delivery until the loop comes back, or is left", async () => {
  await using bus = new MockBus();
  const run = new ModuleRun();
  const lent = new RevocableSubscription(bus.subscribe("a"), run);
  for (const n of [1, 2]) await bus.publish("a", n);
  const counts: number[] = [];
  for await (const { message } of lent) {
    counts.push(run.steps.count);
    if (message === 2) break;
  }
  await run.steps.idle();
  assert.deepEqual(counts, [1, 1]);
  assert.equal(run.steps.count, 0);
});

Deno.test("idle() resolves when the last of several operations has ended", async () => {
  const { steps } = new ModuleRun();
  steps.begin();
  steps.begin();
  let none = false;
  const waiting = steps.idle().then(() => none = true);
  steps.end();
  await Promise.resolve();
  assert(!none);
  steps.end();
  await waiting;
  await steps.idle();
});
