import assert from "node:assert/strict";
import type { Delivery, Subscription } from "../../mod.ts";
import { messages, take } from "./take.ts";

/**
 * Returns a subscription with a delivery for each number, whose id is the
 * number. Then it waits or ends.
 */
function subscriptionTo(
  numbers: readonly number[],
  end: "ends" | "waits",
): Subscription {
  const left = [...numbers];
  const next = () => {
    const message = left.shift();
    if (message !== undefined) {
      const value = { topic: "a", message, id: `${message}` } as Delivery;
      return Promise.resolve({ done: false as const, value });
    }
    return end === "waits"
      ? new Promise<never>(() => {})
      : Promise.resolve({ done: true as const, value: undefined });
  };
  const subscription: Partial<Subscription> = {
    pattern: "a",
    [Symbol.asyncIterator]: () => ({ next }),
  };
  return subscription as Subscription;
}

Deno.test("take() continues after an earlier call", async () => {
  const subscription = subscriptionTo([1, 2, 3], "waits");
  assert.deepEqual(messages(await take(subscription, 2)), [1, 2]);
  assert.deepEqual(messages(await take(subscription, 1)), [3]);
});

Deno.test("take() with distinct skips repeated ids", async () => {
  const subscription = subscriptionTo([1, 1, 2, 1, 3], "waits");
  const taken = await take(subscription, 3, { distinct: true });
  assert.deepEqual(messages(taken), [1, 2, 3]);
});

Deno.test("take() rejects at the deadline with the deliveries so far", async () => {
  const taking = take(subscriptionTo([1, 2], "waits"), 3, { timeout: 10 });
  await assert.rejects(taking, {
    message: 'Waited 10 ms for 3 deliveries on "a", got [a 1, a 2]',
  });
});

Deno.test("take() rejects at the end of a subscription with the deliveries so far", async () => {
  await assert.rejects(take(subscriptionTo([1], "ends"), 2), {
    message: 'Expected 2 deliveries on "a", but it ended: got [a 1]',
  });
});
