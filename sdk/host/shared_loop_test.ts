import assert from "node:assert/strict";
import { LocalDelivery } from "../bus/local_delivery.ts";
import { MockBus } from "../testing/mock_bus.ts";
import { SharedLoop } from "./shared_loop.ts";

Deno.test("of loops that share one, a failure is told to the first that waits, and the next delivery comes to the next", async () => {
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
  const told = [shared.next(), shared.next()];
  await assert.rejects(told[0]!, { message: "changed" });
  assert.equal((await told[1])?.value, delivery);
});
