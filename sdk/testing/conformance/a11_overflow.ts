import assert from "node:assert/strict";
import type { Overflow } from "../../mod.ts";
import { failsWith, throwsWith } from "./assertions.ts";
import { states, turn, watch, within } from "./promises.ts";
import { type Property, publisherWaits } from "./property.ts";
import { messages } from "./take.ts";
import { ready, receivedBefore, type Trial } from "./trial.ts";

/** A11 and A12: full queues. */
export const overflow: readonly Property[] = [
  {
    id: "A11",
    title:
      "publishers wait in order for a full queue, other subscriptions receive",
    needs: publisherWaits,
    check: waitsInOrder,
  },
  {
    id: "A11",
    title: "a waiting publish rejects at its signal or deadline",
    needs: publisherWaits,
    check: givesUp,
  },
  {
    id: "A11",
    title: "invalid options are INVALID_OPTION",
    check: refusesOptions,
  },
  {
    id: "A12",
    title: "drop-oldest keeps the newest messages and counts the others",
    needs: publisherWaits,
    check: (trial) => drops(trial, "drop-oldest", [7, 8, 9, 10]),
  },
  {
    id: "A12",
    title: "drop-newest keeps the oldest messages and counts the others",
    needs: publisherWaits,
    check: (trial) => drops(trial, "drop-newest", [1, 2, 3, 4]),
  },
  {
    id: "A12",
    title:
      "with error, publish rejects with OVERFLOW, other subscriptions receive",
    needs: publisherWaits,
    check: rejectsOverflow,
  },
];

const TEN = [1, 2, 3, 4, 5, 6, 7, 8, 9, 10];

async function waitsInOrder(trial: Trial): Promise<void> {
  const topic = trial.topic("full");
  const slow = trial.bus.subscribe(topic, { queueSize: 4 });
  const quick = trial.bus.subscribe(topic);
  await ready(slow, quick);
  for (const n of [1, 2, 3, 4]) {
    await within(trial.bus.publish(topic, n), `publish ${n} of a queue of 4`);
  }
  const waiting = [5, 6, 7].map((n) => watch(trial.bus.publish(topic, n)));
  assert.deepEqual(await trial.receive(quick, 7), TEN.slice(0, 7));
  await turn();
  assert.equal(states(waiting), "pending pending pending");
  assert.equal(slow.queued, 4);
  assert.deepEqual([slow.waitingPublishers, quick.waitingPublishers], [3, 0]);
  assert.deepEqual(await trial.receive(slow, 1), [1]);
  await within(waiting[0]!.promise, "the first waiting publish, after a read");
  await turn();
  assert.equal(states(waiting), "fulfilled pending pending");
  assert.deepEqual(await trial.receive(slow, 6), [2, 3, 4, 5, 6, 7]);
  await within(
    Promise.all(waiting.map(({ promise }) => promise)),
    () => `all to be accepted: ${states(waiting)}`,
  );
}

async function givesUp(trial: Trial): Promise<void> {
  const topic = trial.topic("full");
  const subscription = trial.bus.subscribe(trial.topic("*"), { queueSize: 1 });
  await ready(subscription);
  await trial.bus.publish(topic, "queued");
  const leave = new AbortController();
  const { signal } = leave;
  const aborted = watch(trial.bus.publish(topic, "aborted", { signal }));
  const late = watch(trial.bus.publish(topic, "late", { timeout: 100 }));
  const patient = watch(trial.bus.publish(topic, "patient"));
  await turn();
  assert.equal(states([aborted, late, patient]), "pending pending pending");
  const reason = new Error("no more time");
  leave.abort(reason);
  const error = await failsWith(aborted.promise, "ABORTED");
  assert.equal(error.cause, reason);
  await failsWith(late.promise, "OVERFLOW", trial.topic("*"));
  await failsWith(trial.bus.publish(topic, "never", { signal }), "ABORTED");
  assert.equal(patient.state, "pending");
  const received = await receivedBefore(trial, subscription, topic);
  assert.deepEqual(messages(received), ["queued", "patient"]);
  await within(patient.promise, "the publish that kept waiting");
}

async function refusesOptions({ bus, prefix }: Trial): Promise<void> {
  for (const queueSize of [0, -1, 1.5, NaN, Infinity]) {
    throwsWith(() => bus.subscribe(prefix, { queueSize }), "INVALID_OPTION");
  }
  const overflow = "drop-some" as Overflow;
  throwsWith(() => bus.subscribe(prefix, { overflow }), "INVALID_OPTION");
  for (const timeout of [0, -1, NaN, Infinity, 2 ** 31]) {
    await failsWith(bus.publish(prefix, 1, { timeout }), "INVALID_OPTION");
  }
}

async function drops(
  trial: Trial,
  overflow: Overflow,
  kept: readonly number[],
): Promise<void> {
  const topic = trial.topic("full");
  const full = trial.bus.subscribe(topic, { queueSize: 4, overflow });
  const other = trial.bus.subscribe(topic);
  await ready(full, other);
  for (const n of TEN) {
    await within(trial.bus.publish(topic, n), `publish ${n} of a queue of 4`);
  }
  assert.deepEqual(await trial.receive(other, 10), TEN);
  assert.equal(full.queued, 4);
  assert.equal(full.dropped, 6);
  assert.deepEqual(await trial.receive(full, 4), kept);
  assert.deepEqual(await receivedBefore(trial, full, topic), []);
  assert.deepEqual([full.dropped, other.dropped], [6, 0]);
}

async function rejectsOverflow(trial: Trial): Promise<void> {
  const topic = trial.topic("full");
  const pattern = trial.topic("*");
  const options = { queueSize: 4, overflow: "error" } as const;
  const full = trial.bus.subscribe(pattern, options);
  const other = trial.bus.subscribe(topic);
  await ready(full, other);
  for (const n of TEN) {
    const publishing = trial.bus.publish(topic, n);
    if (n > 4) await failsWith(publishing, "OVERFLOW", pattern);
    else await within(publishing, `publish ${n} of a queue of 4`);
  }
  assert.deepEqual(await trial.receive(other, 10), TEN);
  assert.deepEqual(await trial.receive(full, 4), TEN.slice(0, 4));
  assert.deepEqual(await receivedBefore(trial, full, topic), []);
}
