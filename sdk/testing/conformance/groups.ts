import assert from "node:assert/strict";
import type { Delivery, Subscription } from "../../mod.ts";
import { collect, type Collection } from "./collect.ts";
import type { Property } from "./property.ts";
import { heardBefore } from "./sentinel.ts";
import { messages } from "./take.ts";
import { ready, type Trial } from "./trial.ts";
import { within } from "./within.ts";

/** A4, A15 and A16: subscribers that share messages. */
export const groups: readonly Property[] = [
  {
    id: "A4",
    says: "a group's members share its messages, each gets 10 % or more",
    check: membersShare,
  },
  {
    id: "A4",
    says: "groups, patterns and plain subscriptions take nothing from each other",
    check: groupsAreApart,
  },
  {
    id: "A4",
    says: "after a member has left the others get everything",
    check: othersGoOn,
  },
  {
    id: "A4",
    says: "what a member had not finished when it closed goes to another",
    check: closingHandsOn,
  },
  {
    id: "A15",
    says: "break acknowledges nothing: another member gets the delivery in hand",
    check: (trial) => leavingHandsOn(trial, leaveByBreak),
  },
  {
    id: "A15",
    says: "throw acknowledges nothing: another member gets the delivery in hand",
    check: (trial) => leavingHandsOn(trial, leaveByThrow),
  },
  {
    id: "A16",
    says: "two loops over one subscription share it, nothing is lost or doubled",
    check: loopsShare,
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
    assert(messages(more).every((one) => typeof one === "string"));
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

async function closingHandsOn(trial: Trial): Promise<void> {
  const topic = trial.topic("work");
  const options = { group: "workers" };
  const leaver = trial.bus.subscribe(topic, options);
  await ready(leaver);
  const numbers = [1, 2, 3, 4, 5, 6, 7, 8, 9, 10];
  for (const number of numbers) await trial.bus.publish(topic, number);
  assert.deepEqual(await trial.hear(leaver, 1), [1]);
  const heir = trial.peer.subscribe(topic, options);
  await ready(heir);
  await within(leaver.close(), "close of a member");
  checkInheritance(await trial.take(heir, 10), numbers, trial.exactlyOnce);
}

async function leavingHandsOn(
  trial: Trial,
  leave: (leaver: Subscription, at: () => Promise<boolean>) => Promise<void>,
): Promise<void> {
  const topic = trial.topic("work");
  const options = { group: "workers" };
  const leaver = trial.bus.subscribe(topic, options);
  await ready(leaver);
  for (const number of [1, 2, 3, 4, 5]) await trial.bus.publish(topic, number);
  let heir: Subscription | undefined;
  let steps = 0;
  const third = async () => {
    if (++steps < 3) return false;
    heir = trial.peer.subscribe(topic, options);
    await ready(heir);
    return true;
  };
  await within(leave(leaver, third), () => `the third of 5, had ${steps}`);
  checkInheritance(await trial.take(heir!, 3), [3, 4, 5], trial.exactlyOnce);
  const rest = await heardBefore(trial, heir!, topic);
  assert.deepEqual(messages(rest), []);
}

async function leaveByBreak(
  leaver: Subscription,
  at: () => Promise<boolean>,
): Promise<void> {
  for await (const _ of leaver) {
    if (await at()) break;
  }
}

async function leaveByThrow(
  leaver: Subscription,
  at: () => Promise<boolean>,
): Promise<void> {
  const thrown = new Error("thrown in a loop");
  const looping = async () => {
    for await (const _ of leaver) {
      if (await at()) throw thrown;
    }
  };
  await assert.rejects(looping, thrown);
}

/** The first was in somebody's hand. A broker may give them out of order. */
function checkInheritance(
  got: readonly Delivery[],
  wanted: readonly number[],
  inOrder: boolean,
): void {
  const heard = messages(got) as number[];
  assert.deepEqual(inOrder ? heard : heard.sort((a, b) => a - b), wanted);
  const inHand = got.find(({ message }) => message === wanted[0])!;
  assert.equal(inHand.redelivered, true, "It was handed out before");
}

async function loopsShare(trial: Trial): Promise<void> {
  const topic = trial.topic("shared");
  const subscription = trial.bus.subscribe(topic);
  await ready(subscription);
  const loops = [subscription, subscription];
  await workThrough(trial, loops, topic, trial.count(1_000, 100));
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
