import assert from "node:assert/strict";
import { CaryatidError } from "../errors.ts";
import type { Delivery } from "../delivery.ts";
import { LocalDelivery } from "./local_delivery.ts";
import { QueueSubscription } from "./queue_subscription.ts";
import { asking, evenTimesTen, make, push } from "./testing/queue_subject.ts";

const END = { done: true, value: undefined };
const CLOSED = new CaryatidError("BUS_CLOSED", "Cannot continue");

Deno.test("A14 closing ends a loop while accept is pending, and the result of accept is ignored", async (t) => {
  const outcomes = {
    "it is accepted": (question: PromiseWithResolvers<Delivery>) =>
      question.resolve(new LocalDelivery("a.b", 1, undefined)),
    "it is refused": (question: PromiseWithResolvers<Delivery>) =>
      question.reject(new Error("too late")),
  };
  for (const [name, settle] of Object.entries(outcomes)) {
    await t.step(name, async () => {
      const { asked, accept } = asking();
      const { queue, done, subscription } = make(accept);
      const loop = subscription[Symbol.asyncIterator]();
      push(queue, 1, 2);
      const waiting = [loop.next(), loop.next()];
      await subscription.close();
      for (const step of waiting) assert.deepEqual(await step, END);
      settle(asked[0]!);
      assert.deepEqual(await loop.next(), END);
      assert.equal(asked.length, 1);
      assert.deepEqual([subscription.dropped, done], [0, []]);
    });
  }
});

Deno.test("A4 in a group, a delivery whose accept is pending goes to another member when its member closes", async () => {
  const { accept } = asking();
  const { queue, subscription, loop } = make(accept, {
    grouped: true,
    release: () => {},
  });
  const waiting = loop();
  push(queue, 1);
  const heir = new QueueSubscription({
    queue,
    grouped: true,
    release: () => {},
  });
  const inherited = heir[Symbol.asyncIterator]().next();
  await subscription.close();
  assert.equal(await waiting, undefined);
  const { value } = await inherited;
  assert.deepEqual([value?.message, value?.redelivered], [1, true]);
});

Deno.test("A4 a delivery that accept rejects is not redelivered to the group", async () => {
  const { queue, subscription, loop } = make(evenTimesTen, {
    grouped: true,
    release: () => {},
  });
  const waiting = loop();
  push(queue, 1);
  await subscription.close();
  assert.equal(await waiting, undefined);
  assert.equal(queue.length, 0);
});

Deno.test("a loop receives pending and queued deliveries after the queue has ended", async () => {
  const { asked, accept } = asking();
  const { queue, subscription } = make(accept);
  const loop = subscription[Symbol.asyncIterator]();
  const waiting = [loop.next(), loop.next(), loop.next(), loop.next()];
  push(queue, 1, 2, 3);
  queue.end(CLOSED);
  asked[0]!.reject(new Error("refused"));
  while (asked.length < 2) await null;
  asked[1]!.resolve(new LocalDelivery("a.b", 2, undefined));
  while (asked.length < 3) await null;
  asked[2]!.resolve(new LocalDelivery("a.b", 3, undefined));
  const steps = await Promise.all(waiting);
  assert.deepEqual(steps.map(({ value }) => value?.message), [
    2,
    3,
    undefined,
    undefined,
  ]);
});

Deno.test("an accept may close its subscription", async (t) => {
  for (const slow of [false, true]) {
    for (const refuses of [false, true]) {
      const name = `and ${refuses ? "refuse" : "accept"}`;
      await t.step(slow ? `${name} later` : name, async () => {
        for (const early of [true, false]) {
          const { queue, done, subscription, loop } = make((delivery) => {
            subscription.close();
            if (slow) {
              return refuses ? Promise.reject("refused") : late(delivery);
            }
            if (refuses) throw new Error("refused");
            return delivery;
          });
          if (early) push(queue, 2, 4);
          const waiting = loop();
          if (!early) push(queue, 2, 4);
          assert.equal(await waiting, undefined);
          assert.deepEqual([subscription.dropped, done], [0, []]);
        }
      });
    }
  }
});

async function late<T>(value: T): Promise<T> {
  await null;
  return value;
}

Deno.test("A14 close rejects if release failed after a signal, and the failure is not unhandled", async () => {
  const stop = new AbortController();
  const release = () => Promise.reject(new Error("stubborn"));
  const open = make(undefined, { signal: stop.signal, release });
  stop.abort();
  const never = make(undefined, { signal: stop.signal, release });
  for (const { subscription } of [open, never]) {
    await assert.rejects(subscription.close(), { message: "stubborn" });
  }
});
