import assert from "node:assert/strict";
import type { Delivery, Subscription } from "../../mod.ts";
import type { Property } from "./property.ts";
import { heardBefore } from "./sentinel.ts";
import { messages } from "./take.ts";
import { ready, type Trial } from "./trial.ts";
import { within } from "./within.ts";

/** A4 and A15: what becomes of a group's messages when a member leaves. */
export const handingOn: readonly Property[] = [
  {
    id: "A4",
    says: "what a member had not finished when it closed goes to another",
    check: closingHandsOn,
  },
  {
    id: "A15",
    says:
      "break acknowledges nothing: another member gets the delivery in hand",
    check: (trial) => leavingHandsOn(trial, leaveByBreak),
  },
  {
    id: "A15",
    says:
      "throw acknowledges nothing: another member gets the delivery in hand",
    check: (trial) => leavingHandsOn(trial, leaveByThrow),
  },
];

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
