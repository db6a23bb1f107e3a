import assert from "node:assert/strict";
import type { Delivery, SubscribeOptions } from "../message_bus.ts";
import { VirtualClock } from "../testing/virtual_clock.ts";
import { Deadlines } from "./deadlines.ts";
import { LocalDelivery } from "./local_delivery.ts";
import { Subscribers } from "./subscribers.ts";
import type { GivenUp } from "./unfinished.ts";
import { WaitingRoom } from "./waiting_room.ts";

const group = "workers";

/** Subscribers with a member of a group that stays, so that the group does. */
function make(options: SubscribeOptions = {}) {
  const clock = new VirtualClock();
  const room = new WaitingRoom(new Deadlines(clock));
  const givenUp: GivenUp[] = [];
  const subscribers = new Subscribers({
    room,
    onGivenUp: (given) => givenUp.push(given),
  });
  const all = { group, ...options };
  const stays = subscribers.subscribe("a", all);
  const reading = stays[Symbol.asyncIterator]();
  return {
    clock,
    room,
    givenUp,
    stays,
    publish: (message: unknown) =>
      subscribers.deliver(new LocalDelivery("a", message, undefined), {}),
    /** What a member gets that leaves with it, because of `error` if that is given. */
    async fail(error?: unknown, own: SubscribeOptions = all) {
      const member = subscribers.subscribe("a", own);
      const loop = member[Symbol.asyncIterator]();
      const { value } = await loop.next();
      if (error) await loop.throw!(error);
      else await loop.return!();
      return value as Delivery;
    },
    /** What the member that stays gets next. */
    next: async () => (await reading.next()).value as Delivery,
  };
}

Deno.test("what a loop was left with waits, and comes behind what came meanwhile", async () => {
  const { clock, stays, publish, fail, next } = make({
    retry: { attempts: 3, backoff: 100 },
  });
  for (const n of [1, 2]) publish(n);
  assert.equal((await fail()).message, 1);
  assert.equal((await next()).message, 2);
  await clock.advance(99);
  publish(3);
  assert.equal(stays.depth, 1);
  await clock.advance(1);
  assert.equal((await next()).message, 3);
  const { message, redelivered } = await next();
  assert.deepEqual([message, redelivered], [1, true]);
});

Deno.test("without backoff it comes behind what waits already", async () => {
  const { publish, fail, next } = make({ retry: { attempts: 3 } });
  for (const n of [1, 2]) publish(n);
  await fail();
  assert.equal((await next()).message, 2);
  assert.equal((await next()).message, 1);
});

Deno.test("a loop that waits gets it when it is due", async () => {
  const { clock, publish, fail, next } = make({
    retry: { attempts: 2, backoff: 100 },
  });
  publish(1);
  await fail();
  const waiting = next();
  await clock.advance(100);
  assert.equal((await waiting).message, 1);
});

Deno.test("each attempt counts, whoever fails; the last one's cause is told, once", async () => {
  const { givenUp, stays, publish, fail } = make({ retry: { attempts: 3 } });
  publish("poison");
  const ids = new Set<string>();
  for (const n of [1, 2, 3]) {
    ids.add((await fail(new TypeError(`failure ${n}`))).id);
  }
  assert.equal(stays.depth, 0);
  assert.equal(stays.dropped, 1);
  assert.deepEqual(givenUp, [{
    pattern: "a",
    topic: "a",
    id: [...ids][0],
    count: 3,
    cause: "failure 3",
  }]);
  assert.equal(ids.size, 1);
});

Deno.test("where nobody says why loops were left, the cause says that they were", async () => {
  for (
    const [attempts, cause] of [
      [1, "a loop was left once with it in hand"],
      [2, "a loop was left 2 times with it in hand"],
    ] as const
  ) {
    const { givenUp, publish, fail } = make({ retry: { attempts } });
    publish("poison");
    for (let n = 0; n < attempts; n++) await fail();
    assert.equal(givenUp[0]?.cause, cause);
  }
});

Deno.test("a member without retry gives it to another at once, and makes no attempt forgotten", async () => {
  const { givenUp, publish, fail } = make({ retry: { attempts: 2 } });
  publish("poison");
  await fail();
  assert.equal((await fail(undefined, { group })).message, "poison");
  assert.equal(givenUp.length, 0);
  await fail();
  assert.equal(givenUp[0]?.count, 2);
});

Deno.test("another loop of the same member that was in a step gives its delivery back at once, uncounted", async () => {
  const subscribers = new Subscribers({ room: new WaitingRoom() });
  const options = { group, retry: { attempts: 1, backoff: 100 } };
  const stays = subscribers.subscribe("a", options);
  const member = subscribers.subscribe("a", options);
  for (const n of [1, 2]) {
    subscribers.deliver(new LocalDelivery("a", n, undefined), {});
  }
  const [fails, works] = [member, member].map((it) =>
    it[Symbol.asyncIterator]()
  );
  await fails!.next();
  await works!.next();
  await fails!.return!();
  const { value } = await stays[Symbol.asyncIterator]().next();
  assert.equal(value?.message, 2);
  assert.equal(stays.dropped, 1);
});

Deno.test("no more wait than the queue has room for: others are given again at once", async () => {
  const { stays, publish, fail } = make({
    queueSize: 1, // of each member, and there are two of them at the first failure
    retry: { attempts: 100, backoff: 100 },
  });
  for (const n of [1, 2, 3]) {
    publish(n);
    await fail();
  }
  assert.equal(stays.depth, 1);
});

Deno.test("no timer is left when the last member has gone", async () => {
  const room = new WaitingRoom();
  const subscribers = new Subscribers({ room });
  const retry = { attempts: 9, backoff: 3_600_000 };
  const stays = subscribers.subscribe("a", { group, retry });
  const member = subscribers.subscribe("a", { group, retry });
  subscribers.deliver(new LocalDelivery("a", 1, undefined), {});
  const loop = member[Symbol.asyncIterator]();
  await loop.next();
  await loop.return!();
  await stays.close();
});
