import assert from "node:assert/strict";
import type { Subscription } from "../../mod.ts";
import { collect, type Collection } from "./collect.ts";
import type { Property } from "./property.ts";
import { heardBefore } from "./sentinel.ts";
import { messages } from "./take.ts";
import { ready, type Trial } from "./trial.ts";
import { within } from "./within.ts";

/** A4 and A16: subscribers that share messages. */
export const groups: readonly Property[] = [
  {
    id: "A4",
    says: "a group's members share its messages, each gets 10 % or more",
    check: membersShare,
  },
  {
    id: "A4",
    says:
      "groups, patterns and plain subscriptions take nothing from each other",
    check: groupsAreApart,
  },
  {
    id: "A4",
    says: "after a member has left the others get everything",
    check: othersGoOn,
  },
  {
    id: "A16",
    says:
      "two loops over one subscription share it, nothing is lost or doubled",
    check: loopsShare,
  },
  {
    id: "A16",
    says: "a loop that is busy takes nothing from one that waits",
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
    assert.deepEqual(await trial.hear(subscription, 20), numbers);
  }
  for (const subscription of alone) {
    const more = await heardBefore(trial, subscription, topic);
    assert.deepEqual(messages(more), []);
  }
}

async function othersGoOn(trial: Trial): Promise<void> {
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
  // Of several lengths: routes may take them over several buses.
  const topics = ["a", "a.b", "a.b.c", "a", "a.b", "a.b.c"].map((words) =>
    trial.topic(words)
  );
  await trial.bus.publish(topics[0]!, topics[0]);
  await within(busy.next(), "the first delivery");
  for (const topic of topics) await trial.bus.publish(topic, topic);
  const heard = await trial.hear(subscription, topics.length);
  assert.deepEqual(heard.sort(), topics.sort());
}

/** Publishes 0 to n − 1 for everybody together; gives who got what. None is lost or doubled. */
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

/** Somebody got each of 0 to n − 1, and nobody the same. */
function checkNumbers(shares: Collection["shares"], n: number): void {
  const all = messages(shares.flat()) as number[];
  all.sort((a, b) => a - b);
  assert.deepEqual(all, Array.from({ length: n }, (_, i) => i));
}
