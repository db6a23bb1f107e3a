import assert from "node:assert/strict";
import type { Delivery, Subscription } from "../../mod.ts";
import { throwsWith } from "./assertions.ts";
import { within } from "./promises.ts";
import type { Need, Property } from "./property.ts";
import { messages } from "./take.ts";
import { ready, receivedBefore, type Trial } from "./trial.ts";

const group = "workers";
/**
 * Backoff in milliseconds: long enough for other deliveries meanwhile, also on
 * a busy machine.
 */
const BACKOFF = 1_000;

/** Applies to buses that drop a message after its last attempt. */
const drops: Need = ({ external }) =>
  external
    ? "a broker dead-letters the message or redelivers it without end"
    : undefined;

/** A15: the option `retry` of groups. */
export const redeliveries: readonly Property[] = [
  {
    id: "A15",
    title:
      "with retry, the delivery of a loop that was left is redelivered after its backoff, others meanwhile",
    check: isRedelivered,
  },
  {
    id: "A15",
    title: "with retry, the backoff doubles before each attempt",
    check: backsOff,
  },
  {
    id: "A15",
    title:
      "with retry, the delivery of a closed member goes to another member at once and does not count as an attempt",
    check: closingIsNoFailure,
  },
  {
    id: "A15",
    title:
      "with retry, a delivery is dropped and counted after its last attempt",
    needs: drops,
    check: isDropped,
  },
  {
    id: "A15",
    title: "subscribe with an invalid retry is INVALID_OPTION",
    check: refusesOptions,
  },
];

async function isRedelivered(trial: Trial): Promise<void> {
  const { bus, peer } = trial;
  const topic = trial.topic("work");
  const options = { group, retry: { attempts: 2, backoff: BACKOFF } };
  const leaver = bus.subscribe(topic, options);
  await ready(leaver);
  const headers = { author: "me" };
  for (const n of [1, 2, 3, 4, 5]) {
    await bus.publish(topic, n, { id: `id of ${n}`, headers });
  }
  const successor = peer.subscribe(topic, options);
  await ready(successor);
  const { delivery: left, at } = await leaveAtFirst(leaver);
  const got = await trial.take(successor, 5);
  const took = performance.now() - at;
  assert.deepEqual(messages(got), [2, 3, 4, 5, 1]);
  assert(took >= BACKOFF - 100, `The backoff was ${took} ms`);
  const { id, time, redelivered, headers: own } = got.at(-1)!;
  assert.equal(got.at(-1)!.topic, topic);
  assert.deepEqual({ id, time, redelivered, headers: own }, {
    id: "id of 1",
    time: left.time,
    redelivered: true,
    headers,
  });
}

async function backsOff(trial: Trial): Promise<void> {
  const { bus, peer } = trial;
  const topic = trial.topic("work");
  const options = { group, retry: { attempts: 9, backoff: 50 } };
  const first = bus.subscribe(topic, options);
  await ready(first);
  await bus.publish(topic, "poison");
  let loop = first[Symbol.asyncIterator]();
  await within(loop.next(), "the poison");
  const waits: number[] = [];
  for (const next of [peer, bus, peer]) {
    const successor = next.subscribe(topic, options);
    await ready(successor);
    const left = performance.now();
    await within(loop.return!(), "the end of a loop");
    loop = successor[Symbol.asyncIterator]();
    await within(loop.next(), "the redelivered poison");
    waits.push(performance.now() - left);
  }
  // Clocks may be updated once per turn of the event loop.
  const least = [30, 80, 180];
  assert(waits.every((wait, i) => wait >= least[i]!), `It waited ${waits} ms`);
}

async function closingIsNoFailure(trial: Trial): Promise<void> {
  const topic = trial.topic("work");
  const options = { group, retry: { attempts: 1, backoff: 60_000 } };
  const leaver = trial.bus.subscribe(topic, options);
  await ready(leaver);
  await trial.bus.publish(topic, "precious");
  await trial.take(leaver, 1);
  const successor = trial.peer.subscribe(topic, options);
  await ready(successor);
  await within(leaver.close(), "close of a member");
  const [delivery] = await trial.take(successor, 1);
  assert.equal(delivery!.message, "precious");
  assert.equal(delivery!.redelivered, true);
}

async function isDropped(trial: Trial): Promise<void> {
  const topic = trial.topic("work");
  const options = { group, retry: { attempts: 3 } };
  const witness = trial.bus.subscribe(topic, options);
  await ready(witness);
  await trial.bus.publish(topic, "poison");
  for (let attempt = 1; attempt <= 3; attempt++) {
    const member = trial.bus.subscribe(topic, options);
    await ready(member);
    const { delivery } = await leaveAtFirst(member);
    assert.equal(delivery.message, "poison");
  }
  assert.deepEqual(await receivedBefore(trial, witness, topic), []);
  assert.equal(witness.dropped, 1);
}

function refusesOptions({ bus, prefix }: Trial): Promise<void> {
  for (const attempts of [0, 1.5, 101]) {
    throwsWith(
      () => bus.subscribe(prefix, { group, retry: { attempts } }),
      "INVALID_OPTION",
    );
  }
  for (const backoff of [-1, NaN, 2 ** 31]) {
    throwsWith(
      () => bus.subscribe(prefix, { retry: { attempts: 2, backoff } }),
      "INVALID_OPTION",
    );
  }
  return Promise.resolve();
}

/**
 * Takes one delivery and leaves the loop. Returns the delivery and the time.
 */
async function leaveAtFirst(
  subscription: Subscription,
): Promise<{ delivery: Delivery; at: number }> {
  for await (const delivery of subscription) {
    return { delivery, at: performance.now() };
  }
  throw new Error(`"${subscription.pattern}" ended`);
}
