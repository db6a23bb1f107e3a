import assert from "node:assert/strict";
import type { SubscribeOptions, Subscription } from "../subscription.ts";
import { VirtualClock } from "../testing/virtual_clock.ts";
import { Deadlines } from "./deadlines.ts";
import { LocalDelivery } from "./local_delivery.ts";
import { Subscribers } from "./subscribers.ts";
import { BackPressure } from "./publisher_queue.ts";

type Where = NonNullable<SubscribeOptions["where"]>;

const group = "workers";
const isEven: Where = ({ message }) => (message as number) % 2 === 0;
const isLarge: Where = ({ message }) => (message as number) > 4;
const throws: Where = () => {
  throw new Error("it is picky");
};

/** One member of a group for each `where`, and a way to publish to it. */
function make(...wheres: readonly (Where | undefined)[]) {
  const backPressure = new BackPressure(new Deadlines(new VirtualClock()));
  const subscribers = new Subscribers({ backPressure });
  const join = (where: Where | undefined) =>
    subscribers.subscribe("a", { group, ...(where && { where }) });
  const members = wheres.map(join);
  const publish = (...messages: unknown[]) => {
    for (const message of messages) {
      subscribers.deliver(new LocalDelivery("a", message, undefined), {});
    }
  };
  return { members: members as [Subscription, Subscription], join, publish };
}

/** Returns the next message, or undefined if none waits. */
async function next(subscription: Subscription): Promise<unknown> {
  const loop = loops.get(subscription) ?? subscription[Symbol.asyncIterator]();
  loops.set(subscription, loop);
  const step = await Promise.race([loop.next(), undefined]);
  return step?.value?.message;
}

const loops = new WeakMap<Subscription, AsyncIterator<{ message: unknown }>>();

Deno.test("A6 a message that no member of a group accepts is not queued", () => {
  const { members, publish } = make(isEven, isLarge);
  publish(1, 2, 3, 4, 5, 6);
  assert.equal(members[0].queued, 4); // 2, 4, 5, 6
  assert.equal(members[0].dropped, 0);
});

Deno.test("A6 a group does not redeliver a message that the receiving member filters out", async () => {
  const { members: [even, large], publish } = make(isEven, isLarge);
  publish(2, 4, 5, 6, 7, 8);
  assert.equal(await next(large), 5); // 2 and 4 went to it
  assert.equal(await next(even), 6);
  assert.equal(await next(even), 8); // 7 went to it
  assert.deepEqual([even.queued, even.inFlight, large.inFlight], [0, 1, 1]);
  assert.deepEqual([even.dropped, large.dropped], [0, 0]);
});

Deno.test("A6 a member with a filter receives only matching messages if another member has none", async () => {
  const { members: [even, all], publish } = make(isEven, undefined);
  publish(1, 2, 3);
  assert.equal(even.queued, 3);
  assert.equal(await next(even), 2);
  assert.equal(await next(all), 3);
});

Deno.test("A6 an unfinished message is redelivered only to a member that accepts it", async () => {
  const { members: [even, large], publish } = make(isEven, isLarge);
  publish(2);
  assert.equal(await next(even), 2);
  const waiting = large[Symbol.asyncIterator]().next();
  await even.close();
  assert.deepEqual([large.inFlight, large.queued, large.readers], [0, 0, 1]);
  publish(3, 6);
  assert.equal((await waiting).value?.message, 6);
});

Deno.test("A6 a group filters by its current members after one leaves or joins", () => {
  const { members: [even, large], join, publish } = make(isEven, isLarge);
  large.close();
  publish(7, 8);
  assert.equal(even.queued, 1);
  const all = join(undefined);
  publish(9);
  assert.equal(all.queued, 2);
});

Deno.test("A6 a message is dropped only by the member whose filter throws, and others can receive it", async () => {
  const { members: [picky, even], publish } = make(throws, isEven);
  publish(1, 2);
  assert.equal(await next(even), 2); // it left 1 out
  publish(3);
  assert.equal(await next(picky), undefined);
  assert.deepEqual([picky.dropped, even.dropped], [1, 0]);
});
