import assert from "node:assert/strict";
import type { Subscription } from "../../mod.ts";
import { within } from "./promises.ts";
import type { Property } from "./property.ts";
import { messages } from "./take.ts";
import {
  collect,
  type Collection,
  ready,
  receivedBefore,
  type Trial,
} from "./trial.ts";

/** A4 and A16: groups, and loops on one subscription. */
export const groups: readonly Property[] = [
  {
    id: "A4",
    title:
      "the members of a group share its messages, each receives 10 % or more",
    check: membersShare,
  },
  {
    id: "A4",
    title:
      "groups, patterns and plain subscriptions take no messages from each other",
    check: groupsAreApart,
  },
  {
    id: "A4",
    title: "after a member has closed, the others receive all messages",
    check: othersContinue,
  },
  {
    id: "A16",
    title: "two loops on one subscription share it without loss or duplicates",
    check: loopsShare,
  },
  {
    id: "A16",
    title: "a busy loop takes no message from a waiting one",
    check: waitingLoopGetsAll,
  },
];

async function membersShare(trial: Trial): Promise<void> {
  const { bus, peer } = trial;
  const topic = trial.topic("work");
  const members = [bus, bus, peer, peer].map((each) =>
    each.subscribe(topic, { group: "workers" })
  );
  await ready(...members);
  const n = trial.count(1_000, 100);
  const shares = await workThrough(trial, members, topic, n);
  const got = shares.map(({ length }) => length);
  assert(Math.min(...got) >= n / 10, `Of ${n} messages they got ${got}`);
}

async function groupsAreApart(trial: Trial): Promise<void> {
  const topic = trial.topic("work");
  const alone: Subscription[] = [
    trial.bus.subscribe(topic, { group: "one" }),
    trial.bus.subscribe(topic, { group: "two" }),
    trial.bus.subscribe(trial.topic("*"), { group: "one" }),
    trial.bus.subscribe(topic),
    trial.peer.subscribe(topic),
  ];
  await ready(...alone);
  const numbers = Array.from({ length: 20 }, (_, i) => i);
  for (const number of numbers) await trial.bus.publish(topic, number);
  for (const subscription of alone) {
    assert.deepEqual(await trial.receive(subscription, 20), numbers);
  }
  for (const subscription of alone) {
    const more = await receivedBefore(trial, subscription, topic);
    assert.deepEqual(messages(more), []);
  }
}

async function othersContinue(trial: Trial): Promise<void> {
  const { bus, peer } = trial;
  const topic = trial.topic("work");
  const members = [bus, peer, bus].map((each) =>
    each.subscribe(topic, { group: "workers" })
  );
  await ready(...members);
  const half = trial.count(300, 30);
  const collection = collect(trial, members);
  await Promise.all([
    collection.until(half),
    publishNumbers(trial, topic, 0, half),
  ]);
  await within(members[0]!.close(), "close of a member");
  await Promise.all([
    collection.until(2 * half),
    publishNumbers(trial, topic, half, 2 * half),
  ]);
  checkNumbers(collection.shares, 2 * half);
}

async function loopsShare(trial: Trial): Promise<void> {
  const topic = trial.topic("shared");
  const subscription = trial.bus.subscribe(topic);
  await ready(subscription);
  const loops = [subscription, subscription];
  await workThrough(trial, loops, topic, trial.count(1_000, 100));
}

async function waitingLoopGetsAll(trial: Trial): Promise<void> {
  const subscription = trial.bus.subscribe(trial.topic("#"));
  await ready(subscription);
  const busy = subscription[Symbol.asyncIterator]();
  // Topics of several lengths: routes may send them to several buses.
  const topics = ["a", "a.b", "a.b.c", "a", "a.b", "a.b.c"].map((words) =>
    trial.topic(words)
  );
  await trial.bus.publish(topics[0]!, topics[0]);
  await within(busy.next(), "the first delivery");
  for (const topic of topics) await trial.bus.publish(topic, topic);
  const received = await trial.receive(subscription, topics.length);
  assert.deepEqual(received.sort(), topics.sort());
}

/**
 * Publishes 0 to n − 1 and returns the deliveries of each subscription. Asserts
 * that none is lost or repeated.
 */
async function workThrough(
  trial: Trial,
  subscriptions: readonly Subscription[],
  topic: string,
  n: number,
): Promise<Collection["shares"]> {
  const collection = collect(trial, subscriptions);
  await Promise.all([
    collection.until(n),
    publishNumbers(trial, topic, 0, n),
  ]);
  checkNumbers(collection.shares, n);
  return collection.shares;
}

async function publishNumbers(
  trial: Trial,
  topic: string,
  from: number,
  to: number,
): Promise<void> {
  for (let i = from; i < to; i++) await trial.bus.publish(topic, i);
}

/** Asserts that each of 0 to n − 1 was delivered once. */
function checkNumbers(shares: Collection["shares"], n: number): void {
  const all = messages(shares.flat()) as number[];
  all.sort((a, b) => a - b);
  assert.deepEqual(all, Array.from({ length: n }, (_, i) => i));
}
