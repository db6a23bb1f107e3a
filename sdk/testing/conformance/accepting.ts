import type { Delivery } from "../../mod.ts";
import assert from "node:assert/strict";
import { inspect } from "node:util";
import { DerivedDelivery } from "../../bus/local_delivery.ts";
import type { Accept } from "../../mod.ts";
import type { Property } from "./property.ts";
import { heardBefore } from "./sentinel.ts";
import { messages } from "./take.ts";
import { ready, type Trial } from "./trial.ts";
import { turn, within } from "./within.ts";

/** A6: what a subscription accepts of what it hears. */
export const accepting: readonly Property[] = [
  {
    id: "A6",
    says: "accept refuses deliveries, which are skipped and counted",
    check: (trial) => acceptsEven(trial, evenOnly),
  },
  {
    id: "A6",
    says: "accept may put another delivery in the place of one",
    check: transforms,
  },
  {
    id: "A6",
    says: "an accept that takes its time keeps the order",
    check: (trial) => acceptsEven(trial, slowly(evenOnly)),
  },
  {
    id: "A6",
    says: "closing ends a loop whose delivery is still looked at",
    check: closesMeanwhile,
  },
  {
    id: "A6",
    says: "in a group what accept refuses is done: nobody else gets it",
    check: refusesForTheGroup,
  },
];

const evenOnly: Accept = (delivery) => {
  const { message } = delivery;
  // What isn't a number is the suite's own.
  if (typeof message !== "number" || message % 2 === 0) return delivery;
  throw new Error(`${message} is odd`);
};

/** The more time, the smaller the number. */
function slowly(accept: Accept): Accept {
  return async (delivery) => {
    for (let n = delivery.message as number; n < 10; n += 2) await turn();
    return accept(delivery);
  };
}

/** What waits goes through it, and what a loop waits for. */
async function acceptsEven(trial: Trial, accept: Accept): Promise<void> {
  const topic = trial.topic("numbers");
  const subscription = trial.bus.subscribe(topic, { accept });
  const plain = trial.bus.subscribe(topic);
  await ready(subscription, plain);
  for (const n of [1, 2, 3, 5, 4, 6]) await trial.peer.publish(topic, n);
  assert.deepEqual(await trial.hear(subscription, 3), [2, 4, 6]);
  const waiting = trial.hear(subscription, 2);
  for (const n of [7, 8, 9, 10]) await trial.peer.publish(topic, n);
  assert.deepEqual(await waiting, [8, 10]);
  const { dropped } = subscription;
  assert(dropped === 5 || dropped > 5 && !trial.exactlyOnce, `${dropped}`);
  const heard = await trial.hear(plain, 10);
  assert.deepEqual(heard, [1, 2, 3, 5, 4, 6, 7, 8, 9, 10]);
}

async function transforms(trial: Trial): Promise<void> {
  const topic = trial.topic("numbers");
  const originals = new Map<string, Delivery>();
  const subscription = trial.bus.subscribe(topic, {
    accept: (delivery) => {
      originals.set(delivery.id, delivery);
      return new DerivedDelivery(
        delivery,
        { doubled: 2 * (delivery.message as number) },
        delivery.redelivered,
      );
    },
  });
  const plain = trial.bus.subscribe(topic);
  await ready(subscription, plain);
  const headers = { a: "b" };
  for (const n of [1, 2]) await trial.peer.publish(topic, n, { headers });
  const got = await trial.take(subscription, 2);
  assert.deepEqual(messages(got), [{ doubled: 2 }, { doubled: 4 }]);
  assert.deepEqual(await trial.hear(plain, 2), [1, 2]);
  for (const { topic, id, headers, time } of got) {
    const original = originals.get(id)!;
    assert.deepEqual(
      { topic, headers: { ...headers }, time },
      {
        topic: original.topic,
        headers: { ...original.headers },
        time: original.time,
      },
    );
  }
}

async function closesMeanwhile(trial: Trial): Promise<void> {
  const topic = trial.topic("numbers");
  const looking = Promise.withResolvers<void>();
  const answer = Promise.withResolvers<void>();
  const subscription = trial.bus.subscribe(topic, {
    accept: async (delivery) => {
      looking.resolve();
      await answer.promise;
      return delivery;
    },
  });
  await ready(subscription);
  const step = subscription[Symbol.asyncIterator]().next();
  await trial.bus.publish(topic, 1);
  await within(looking.promise, "accept to be asked");
  await within(subscription.close(), "close");
  const { done, value } = await within(step, "the loop to end");
  assert(done, `Heard ${inspect(value)} after close`);
  answer.resolve();
}

async function refusesForTheGroup(trial: Trial): Promise<void> {
  const topic = trial.topic("work");
  const group = "workers";
  const picky = trial.bus.subscribe(topic, { group, accept: evenOnly });
  await ready(picky);
  for (const n of [1, 2, 3, 4, 5, 6]) await trial.peer.publish(topic, n);
  assert.deepEqual(await trial.hear(picky, 2), [2, 4]);
  const heir = trial.peer.subscribe(topic, { group });
  await ready(heir);
  await within(picky.close(), "close of a member");
  // A broker may give back behind what was published since, so a last message proves nothing there.
  const heard = trial.exactlyOnce
    ? messages(await heardBefore(trial, heir, topic))
    : await trial.hear(heir, 3);
  assert.deepEqual(heard.map(Number).sort((a, b) => a - b), [4, 5, 6]);
}
