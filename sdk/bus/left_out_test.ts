import assert from "node:assert/strict";
import type { SubscribeOptions, Subscription } from "../message_bus.ts";
import { VirtualClock } from "../testing/virtual_clock.ts";
import { Deadlines } from "./deadlines.ts";
import { LocalDelivery } from "./local_delivery.ts";
import { Subscribers } from "./subscribers.ts";
import { WaitingRoom } from "./waiting_room.ts";

type Where = NonNullable<SubscribeOptions["where"]>;

const group = "workers";
const isEven: Where = ({ message }) => (message as number) % 2 === 0;
const isLarge: Where = ({ message }) => (message as number) > 4;
const throws: Where = () => {
  throw new Error("it is picky");
};

/** One member of a group for each `where`, and a way to publish to it. */
function make(...wheres: readonly (Where | undefined)[]) {
  const room = new WaitingRoom(new Deadlines(new VirtualClock()));
  const subscribers = new Subscribers({ room });
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

/** The next message, or undefined where none waits. */
async function next(subscription: Subscription): Promise<unknown> {
  const loop = loops.get(subscription) ?? subscription[Symbol.asyncIterator]();
  loops.set(subscription, loop);
  const step = await Promise.race([loop.next(), undefined]);
  return step?.value?.message;
}

const loops = new WeakMap<Subscription, AsyncIterator<{ message: unknown }>>();

Deno.test("A6 what no member of a group wants takes no room", () => {
  const { members, publish } = make(isEven, isLarge);
  publish(1, 2, 3, 4, 5, 6);
  assert.equal(members[0].depth, 4); // 2, 4, 5, 6
  assert.equal(members[0].dropped, 0);
});

Deno.test("A6 what the member that gets a delivery leaves out is done for the group", async () => {
  const { members: [even, large], publish } = make(isEven, isLarge);
  publish(2, 4, 5, 6, 7, 8);
  assert.equal(await next(large), 5); // 2 and 4 went to it
  assert.equal(await next(even), 6);
  assert.equal(await next(even), 8); // 7 went to it
  assert.deepEqual([even.depth, even.inHand, large.inHand], [0, 1, 1]);
  assert.deepEqual([even.dropped, large.dropped], [0, 0]);
});

Deno.test("A6 beside a member that wants all, each gets only what it wants", async () => {
  const { members: [even, all], publish } = make(isEven, undefined);
  publish(1, 2, 3);
  assert.equal(even.depth, 3);
  assert.equal(await next(even), 2);
  assert.equal(await next(all), 3);
});

Deno.test("A6 what a member leaves unfinished goes only to one that wants it", async () => {
  const { members: [even, large], publish } = make(isEven, isLarge);
  publish(2);
  assert.equal(await next(even), 2);
  const waiting = large[Symbol.asyncIterator]().next();
  await even.close();
  assert.deepEqual([large.inHand, large.depth, large.readers], [0, 0, 1]);
  publish(3, 6);
  assert.equal((await waiting).value?.message, 6);
});

Deno.test("A6 who leaves a group, or joins it, changes what the group wants", () => {
  const { members: [even, large], join, publish } = make(isEven, isLarge);
  large.close();
  publish(7, 8);
  assert.equal(even.depth, 1);
  const all = join(undefined);
  publish(9);
  assert.equal(all.depth, 2);
});

Deno.test("A6 what one member throws at, it refuses itself; another one may want it", async () => {
  const { members: [picky, even], publish } = make(throws, isEven);
  publish(1, 2);
  assert.equal(await next(even), 2); // it left 1 out
  publish(3);
  assert.equal(await next(picky), undefined);
  assert.deepEqual([picky.dropped, even.dropped], [1, 0]);
});
