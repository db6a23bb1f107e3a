import type { Delivery } from "../../mod.ts";
import assert from "node:assert/strict";
import { inspect } from "node:util";
import { DerivedDelivery } from "../../bus/local_delivery.ts";
import type { Accept } from "../../mod.ts";
import { turn, within } from "./promises.ts";
import type { Property } from "./property.ts";
import { messages } from "./take.ts";
import { ready, receivedBefore, type Trial } from "./trial.ts";

/** A6: the option `accept` of subscriptions. */
export const accept: readonly Property[] = [
  {
    id: "A6",
    title: "accept skips and counts deliveries for which it throws",
    check: (trial) => acceptsEven(trial, evenOnly),
  },
  {
    id: "A6",
    title: "accept can replace a delivery",
    check: transforms,
  },
  {
    id: "A6",
    title: "a slow accept keeps the order",
    check: (trial) => acceptsEven(trial, slowly(evenOnly)),
  },
  {
    id: "A6",
    title: "close ends a loop while accept is pending",
    check: closesMeanwhile,
  },
  {
    id: "A6",
    title: "in a group, a delivery that accept refuses goes to no other member",
    check: refusesForTheGroup,
  },
];

const evenOnly: Accept = (delivery) => {
  const { message } = delivery;
  // Messages other than numbers are those of the suite.
  if (typeof message !== "number" || message % 2 === 0) return delivery;
  throw new Error(`${message} is odd`);
};

/** Delays `accept`: longer for smaller numbers. */
function slowly(accept: Accept): Accept {
  return async (delivery) => {
    for (let n = delivery.message as number; n < 10; n += 2) await turn();
    return accept(delivery);
  };
}

/** Covers queued deliveries, and deliveries for a waiting loop. */
async function acceptsEven(trial: Trial, accept: Accept): Promise<void> {
  const topic = trial.topic("numbers");
  const subscription = trial.bus.subscribe(topic, { accept });
  const plain = trial.bus.subscribe(topic);
  await ready(subscription, plain);
  for (const n of [1, 2, 3, 5, 4, 6]) await trial.peer.publish(topic, n);
  assert.deepEqual(await trial.receive(subscription, 3), [2, 4, 6]);
  const waiting = trial.receive(subscription, 2);
  for (const n of [7, 8, 9, 10]) await trial.peer.publish(topic, n);
  assert.deepEqual(await waiting, [8, 10]);
  const { dropped } = subscription;
  assert(dropped === 5 || dropped > 5 && !trial.exactlyOnce, `${dropped}`);
  const received = await trial.receive(plain, 10);
  assert.deepEqual(received, [1, 2, 3, 5, 4, 6, 7, 8, 9, 10]);
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
  assert.deepEqual(await trial.receive(plain, 2), [1, 2]);
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
  await within(looking.promise, "the call of accept");
  await within(subscription.close(), "close");
  const { done, value } = await within(step, "the loop to end");
  assert(done, `Received ${inspect(value)} after close`);
  answer.resolve();
}

async function refusesForTheGroup(trial: Trial): Promise<void> {
  const topic = trial.topic("work");
  const group = "workers";
  const picky = trial.bus.subscribe(topic, { group, accept: evenOnly });
  await ready(picky);
  for (const n of [1, 2, 3, 4, 5, 6]) await trial.peer.publish(topic, n);
  assert.deepEqual(await trial.receive(picky, 2), [2, 4]);
  const successor = trial.peer.subscribe(topic, { group });
  await ready(successor);
  await within(picky.close(), "close of a member");
  // A broker may redeliver after later messages, so a last message proves
  // nothing there.
  const received = trial.exactlyOnce
    ? messages(await receivedBefore(trial, successor, topic))
    : await trial.receive(successor, 3);
  assert.deepEqual(received.map(Number).sort((a, b) => a - b), [4, 5, 6]);
}
