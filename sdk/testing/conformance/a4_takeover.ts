import assert from "node:assert/strict";
import type { Delivery, Subscription } from "../../mod.ts";
import { within } from "./promises.ts";
import type { Property } from "./property.ts";
import { messages } from "./take.ts";
import { ready, receivedBefore, type Trial } from "./trial.ts";

/** A4 and A15: messages of a member of a group that leaves. */
export const takeover: readonly Property[] = [
  {
    id: "A4",
    title: "the unfinished messages of a closed member go to another member",
    check: closePassesOn,
  },
  {
    id: "A15",
    title:
      "break acknowledges nothing: another member receives the delivery in flight",
    check: (trial) => leavingPassesOn(trial, leaveByBreak),
  },
  {
    id: "A15",
    title:
      "throw acknowledges nothing: another member receives the delivery in flight",
    check: (trial) => leavingPassesOn(trial, leaveByThrow),
  },
];

async function closePassesOn(trial: Trial): Promise<void> {
  const topic = trial.topic("work");
  const options = { group: "workers" };
  const leaver = trial.bus.subscribe(topic, options);
  await ready(leaver);
  const numbers = [1, 2, 3, 4, 5, 6, 7, 8, 9, 10];
  for (const number of numbers) await trial.bus.publish(topic, number);
  assert.deepEqual(await trial.receive(leaver, 1), [1]);
  const successor = trial.peer.subscribe(topic, options);
  await ready(successor);
  await within(leaver.close(), "close of a member");
  checkTakeover(await trial.take(successor, 10), numbers, trial.exactlyOnce);
}

async function leavingPassesOn(
  trial: Trial,
  leave: (leaver: Subscription, at: () => Promise<boolean>) => Promise<void>,
): Promise<void> {
  const topic = trial.topic("work");
  const options = { group: "workers" };
  const leaver = trial.bus.subscribe(topic, options);
  await ready(leaver);
  for (const number of [1, 2, 3, 4, 5]) await trial.bus.publish(topic, number);
  let successor: Subscription | undefined;
  let steps = 0;
  const third = async () => {
    if (++steps < 3) return false;
    successor = trial.peer.subscribe(topic, options);
    await ready(successor);
    return true;
  };
  await within(leave(leaver, third), () => `the third of 5, had ${steps}`);
  checkTakeover(await trial.take(successor!, 3), [3, 4, 5], trial.exactlyOnce);
  const rest = await receivedBefore(trial, successor!, topic);
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

/**
 * Asserts that all messages arrive; the first one was in flight. A broker may
 * redeliver out of order.
 */
function checkTakeover(
  got: readonly Delivery[],
  wanted: readonly number[],
  inOrder: boolean,
): void {
  const received = messages(got) as number[];
  assert.deepEqual(inOrder ? received : received.sort((a, b) => a - b), wanted);
  const inFlight = got.find(({ message }) => message === wanted[0])!;
  assert.equal(inFlight.redelivered, true, "It was delivered before");
}
