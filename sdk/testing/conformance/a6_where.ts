import assert from "node:assert/strict";
import type { Delivery, SubscribeOptions } from "../../mod.ts";
import { within } from "./promises.ts";
import { type Property, publisherWaits } from "./property.ts";
import { messages } from "./take.ts";
import { ready, receivedBefore, type Trial } from "./trial.ts";

/** A6: the option `where` of subscriptions. */
export const where: readonly Property[] = [
  {
    id: "A6",
    title: "where filters deliveries before they are queued",
    check: choosesBeforeQueueing,
  },
  {
    id: "A6",
    title:
      "a delivery that where filters out makes no publish wait and drops nothing",
    needs: publisherWaits,
    check: delaysNoPublish,
  },
  {
    id: "A6",
    title:
      "where receives the published message, and accept only selected ones",
    check: seesThePublished,
  },
  {
    id: "A6",
    title:
      "a delivery for which where throws is skipped and counted, others receive it",
    check: refusesWhereItThrows,
  },
  {
    id: "A6",
    title:
      "in a group, a delivery that where filters out goes to no other member",
    check: (trial) => choosesForTheGroup(trial, isEven, 0),
  },
  {
    id: "A6",
    title:
      "in a group, a delivery for which where throws goes to no other member",
    check: (trial) => choosesForTheGroup(trial, evenOrThrow, 3),
  },
];

type Where = NonNullable<SubscribeOptions["where"]>;

/** Messages other than numbers are those of the suite. */
const isEven: Where = ({ message }) =>
  typeof message !== "number" || message % 2 === 0;

const evenOrThrow: Where = (delivery) => {
  if (isEven(delivery)) return true;
  throw new Error(`${delivery.message} is odd`);
};

/**
 * The queue is full meanwhile, as the prefetch of a broker with unacknowledged
 * messages.
 */
async function choosesBeforeQueueing(trial: Trial): Promise<void> {
  const topic = trial.topic("numbers");
  const subscription = trial.bus.subscribe(topic, {
    queueSize: 2,
    where: isEven,
  });
  const plain = trial.bus.subscribe(topic);
  await ready(subscription, plain);
  await trial.peer.publish(topic, 0);
  assert.deepEqual(await trial.receive(subscription, 1), [0]);
  const odd = [1, 3, 5, 7, 9, 11, 13, 15];
  for (const n of odd) await trial.peer.publish(topic, n);
  await trial.peer.publish(topic, 2);
  assert.deepEqual(await trial.receive(plain, 10), [0, ...odd, 2]);
  assert.deepEqual(await trial.receive(subscription, 1), [2]);
  const waiting = trial.receive(subscription, 1);
  for (const n of [17, 4]) await trial.peer.publish(topic, n);
  assert.deepEqual(await waiting, [4]);
  assert.equal(subscription.dropped, 0);
}

async function delaysNoPublish(trial: Trial): Promise<void> {
  const topic = trial.topic("numbers");
  for (const overflow of ["wait", "error", "drop-oldest"] as const) {
    const full = trial.bus.subscribe(topic, {
      queueSize: 1,
      overflow,
      where: isEven,
    });
    await ready(full);
    for (const n of [2, 3, 5, 7]) {
      await within(
        trial.bus.publish(topic, n),
        "publish of a filtered message",
      );
    }
    assert.equal(full.queued, 1);
    assert.equal(full.dropped, 0);
    assert.deepEqual(await trial.receive(full, 1), [2]);
    await within(full.close(), "close");
  }
}

async function seesThePublished(trial: Trial): Promise<void> {
  const topic = trial.topic("numbers");
  const asked: Delivery[] = [];
  const accepted: unknown[] = [];
  const subscription = trial.bus.subscribe(trial.topic("*"), {
    where: (delivery) => asked.push(delivery) > 0 && isEven(delivery),
    accept: (delivery) => {
      accepted.push(delivery.message);
      return delivery;
    },
  });
  await ready(subscription);
  const headers = { a: "b" };
  const id = "0123456789abcdef";
  await trial.peer.publish(topic, 1, { headers, id });
  await trial.peer.publish(topic, 2);
  const [received] = await trial.take(subscription, 1);
  assert.equal(received!.message, 2);
  const [first] = asked;
  assert.deepEqual(
    {
      topic: first?.topic,
      message: first?.message,
      headers: { ...first?.headers },
      id: first?.id,
      redelivered: first?.redelivered,
    },
    { topic, message: 1, headers, id, redelivered: false },
  );
  assert(!accepted.includes(1));
}

async function refusesWhereItThrows(trial: Trial): Promise<void> {
  const topic = trial.topic("numbers");
  const picky = trial.bus.subscribe(topic, { where: evenOrThrow });
  const plain = trial.bus.subscribe(topic);
  await ready(picky, plain);
  for (const n of [1, 2, 3, 4]) {
    await within(trial.peer.publish(topic, n), "publish of a skipped message");
  }
  assert.deepEqual(await trial.receive(plain, 4), [1, 2, 3, 4]);
  assert.deepEqual(await trial.receive(picky, 2), [2, 4]);
  const { dropped } = picky;
  assert(dropped === 2 || dropped > 2 && !trial.exactlyOnce, `${dropped}`);
}

async function choosesForTheGroup(
  trial: Trial,
  where: Where,
  refused: number,
): Promise<void> {
  const topic = trial.topic("work");
  const group = "workers";
  const picky = trial.bus.subscribe(topic, { group, where });
  await ready(picky);
  for (const n of [1, 2, 3, 4, 5, 6]) await trial.peer.publish(topic, n);
  assert.deepEqual(await trial.receive(picky, 3), [2, 4, 6]);
  const { dropped } = picky;
  assert(
    dropped === refused || dropped > refused && !trial.exactlyOnce,
    `${dropped}`,
  );
  const successor = trial.peer.subscribe(topic, { group });
  await ready(successor);
  await within(picky.close(), "close of a member");
  // A broker may redeliver after later messages, so a last message proves
  // nothing there.
  const received = trial.exactlyOnce
    ? messages(await receivedBefore(trial, successor, topic))
    : await trial.receive(successor, 1);
  assert.deepEqual(received, [6]);
}
