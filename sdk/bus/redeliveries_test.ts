import assert from "node:assert/strict";
import type { Delivery } from "../delivery.ts";
import type { BusSubscribeOptions, SubscribeOptions } from "../subscription.ts";
import { VirtualClock } from "../testing/virtual_clock.ts";
import { Deadlines } from "./deadlines.ts";
import { LocalDelivery } from "./local_delivery.ts";
import { Subscribers } from "./subscribers.ts";
import type { ExhaustedDelivery } from "./retries.ts";
import { CountedBudget } from "./testing/counted_budget.ts";
import { BackPressure } from "./publisher_queue.ts";

const group = "workers";

/** Subscribers with a member of a group that stays, so that the group does. */
function make(options: BusSubscribeOptions = {}) {
  const clock = new VirtualClock();
  const backPressure = new BackPressure(new Deadlines(clock));
  const givenUp: ExhaustedDelivery[] = [];
  const subscribers = new Subscribers({
    backPressure,
    onExhausted: (given) => givenUp.push(given),
  });
  const all = { group, ...options };
  const stays = subscribers.subscribe("a", all);
  const reading = stays[Symbol.asyncIterator]();
  return {
    clock,
    backPressure,
    givenUp,
    stays,
    publish: (message: unknown) =>
      subscribers.deliver(new LocalDelivery("a", message, undefined), {}),
    /**
     * Subscribes a member, takes a delivery and leaves its loop, with `error`
     * if it is set. Returns the delivery.
     */
    async fail(error?: unknown, own: SubscribeOptions = all) {
      const member = subscribers.subscribe("a", own);
      const loop = member[Symbol.asyncIterator]();
      const { value } = await loop.next();
      if (error) await loop.throw!(error);
      else await loop.return!();
      return value as Delivery;
    },
    /** Returns the next delivery of the member that stays. */
    next: async () => (await reading.next()).value as Delivery,
  };
}

Deno.test("a delivery whose handling failed waits, and follows the messages published in between", async () => {
  const { clock, stays, publish, fail, next } = make({
    retry: { attempts: 3, backoff: 100 },
  });
  for (const n of [1, 2]) publish(n);
  assert.equal((await fail()).message, 1);
  assert.equal((await next()).message, 2);
  await clock.advance(99);
  publish(3);
  assert.equal(stays.queued, 1);
  await clock.advance(1);
  assert.equal((await next()).message, 3);
  const { message, redelivered } = await next();
  assert.deepEqual([message, redelivered], [1, true]);
});

Deno.test("without a backoff, the redelivery follows the messages that wait already", async () => {
  const { publish, fail, next } = make({ retry: { attempts: 3 } });
  for (const n of [1, 2]) publish(n);
  await fail();
  assert.equal((await next()).message, 2);
  assert.equal((await next()).message, 1);
});

Deno.test("a waiting loop receives the redelivery when it is due", async () => {
  const { clock, publish, fail, next } = make({
    retry: { attempts: 2, backoff: 100 },
  });
  publish(1);
  await fail();
  const waiting = next();
  await clock.advance(100);
  assert.equal((await waiting).message, 1);
});

Deno.test("failures of all members count as attempts, and the last cause is reported once", async () => {
  const { givenUp, stays, publish, fail } = make({ retry: { attempts: 3 } });
  publish("poison");
  const ids = new Set<string>();
  for (const n of [1, 2, 3]) {
    ids.add((await fail(new TypeError(`failure ${n}`))).id);
  }
  assert.equal(stays.queued, 0);
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

Deno.test("the reported cause counts the ended loops if they ended without an error", async () => {
  for (
    const [attempts, cause] of [
      [1, "a loop ended once before its step was done"],
      [2, "a loop ended 2 times before its step was done"],
    ] as const
  ) {
    const { givenUp, publish, fail } = make({ retry: { attempts } });
    publish("poison");
    for (let n = 0; n < attempts; n++) await fail();
    assert.equal(givenUp[0]?.cause, cause);
  }
});

Deno.test("a failure of a member without retry is redelivered at once and keeps the count of attempts", async () => {
  const { givenUp, publish, fail } = make({ retry: { attempts: 2 } });
  publish("poison");
  await fail();
  assert.equal((await fail(undefined, { group })).message, "poison");
  assert.equal(givenUp.length, 0);
  await fail();
  assert.equal(givenUp[0]?.count, 2);
});

Deno.test("the delivery of another loop of the failed member is redelivered at once and is not counted as an attempt", async () => {
  const subscribers = new Subscribers({ backPressure: new BackPressure() });
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

Deno.test("retries beyond the queue size are redelivered without a backoff", async () => {
  const { stays, publish, fail } = make({
    // of each member, and there are two of them at the first failure
    queueSize: 1,
    retry: { attempts: 100, backoff: 100 },
  });
  for (const n of [1, 2, 3]) {
    publish(n);
    await fail();
  }
  assert.equal(stays.queued, 1);
});

Deno.test("a retry that waits is charged to the budget of the failed member, until it is redelivered", async () => {
  const budget = new CountedBudget(10);
  const { clock, publish, fail, next } = make({
    budget,
    retry: { attempts: 3, backoff: 100 },
  });
  publish(1);
  await fail();
  assert.equal(budget.bytes, 1);
  await clock.advance(100);
  assert.equal((await next()).message, 1);
  assert.equal(budget.bytes, 0);
});

Deno.test("a retry of a member without a budget is not charged to that of another member", async () => {
  const budget = new CountedBudget(10);
  const { publish, fail } = make({ budget });
  publish(1);
  await fail(undefined, { group, retry: { attempts: 3, backoff: 100 } });
  assert.equal(budget.bytes, 0);
});

Deno.test("while the budget of a member is full, its retries are redelivered without a backoff", async () => {
  const budget = new CountedBudget(2);
  const { stays, publish, fail } = make({
    budget,
    retry: { attempts: 100, backoff: 100 },
  });
  for (const n of [1, 2, 3]) {
    publish(n);
    await fail();
  }
  assert.equal(stays.queued, 1);
  assert.equal(budget.bytes, 3);
});

Deno.test("a group that has ended charges nothing for its retries", async () => {
  const budget = new CountedBudget(10);
  const retry = { attempts: 9, backoff: 100 };
  const { stays, publish, fail } = make({ budget, retry });
  publish(1);
  await fail();
  await stays.close();
  assert.equal(budget.bytes, 0);
});

Deno.test("no timer is left when the last member has gone", async () => {
  const backPressure = new BackPressure();
  const subscribers = new Subscribers({ backPressure });
  const retry = { attempts: 9, backoff: 3_600_000 };
  const stays = subscribers.subscribe("a", { group, retry });
  const member = subscribers.subscribe("a", { group, retry });
  subscribers.deliver(new LocalDelivery("a", 1, undefined), {});
  const loop = member[Symbol.asyncIterator]();
  await loop.next();
  await loop.return!();
  await stays.close();
});
