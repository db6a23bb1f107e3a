import assert from "node:assert/strict";
import type { Delivery, Subscription } from "../../mod.ts";
import { throwsWith } from "./fails_with.ts";
import type { Need, Property } from "./property.ts";
import { heardBefore } from "./sentinel.ts";
import { messages } from "./take.ts";
import { ready, type Trial } from "./trial.ts";
import { within } from "./within.ts";

const group = "workers";
/** Long enough for others to be given the rest meanwhile, on a busy machine too. In milliseconds. */
const BACKOFF = 1_000;

/** Holds where what waits in a group is lost with its process, so that it may be given up. */
const givesUp: Need = ({ external }) =>
  external
    ? "a broker keeps what is given up, or else gives it on and on"
    : undefined;

/** A15: a group is given again what a loop was left with, when that is wanted. */
export const unfinished: readonly Property[] = [
  {
    id: "A15",
    says:
      "with retry what a loop was left with comes again after its backoff, the rest meanwhile",
    check: comesAgain,
  },
  {
    id: "A15",
    says: "with retry the backoff doubles before each further attempt",
    check: backsOff,
  },
  {
    id: "A15",
    says:
      "with retry what a member has in hand that is closed goes to another at once, and is no attempt",
    check: closingIsNoFailure,
  },
  {
    id: "A15",
    says: "with retry a delivery is given up after its attempts, and counted",
    needs: givesUp,
    check: isGivenUp,
  },
  {
    id: "A15",
    says: "subscribe with a retry that can't be right is INVALID_OPTION",
    check: refusesOptions,
  },
];

async function comesAgain(trial: Trial): Promise<void> {
  const { bus, peer } = trial;
  const topic = trial.topic("work");
  const options = { group, retry: { attempts: 2, backoff: BACKOFF } };
  const leaver = bus.subscribe(topic, options);
  await ready(leaver);
  const headers = { author: "me" };
  for (const n of [1, 2, 3, 4, 5]) {
    await bus.publish(topic, n, { id: `id of ${n}`, headers });
  }
  const heir = peer.subscribe(topic, options);
  await ready(heir);
  const { delivery: left, at } = await leaveAtFirst(leaver);
  const got = await trial.take(heir, 5);
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
    const heir = next.subscribe(topic, options);
    await ready(heir);
    const left = performance.now();
    await within(loop.return!(), "the way out of a loop");
    loop = heir[Symbol.asyncIterator]();
    await within(loop.next(), "the poison once more");
    waits.push(performance.now() - left);
  }
  // Clocks may be read once per turn of the event loop.
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
  const heir = trial.peer.subscribe(topic, options);
  await ready(heir);
  await within(leaver.close(), "close of a member");
  const [delivery] = await trial.take(heir, 1);
  assert.equal(delivery!.message, "precious");
  assert.equal(delivery!.redelivered, true);
}

async function isGivenUp(trial: Trial): Promise<void> {
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
  assert.deepEqual(await heardBefore(trial, witness, topic), []);
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

/** Takes one delivery and leaves the loop with it; says when. */
async function leaveAtFirst(
  subscription: Subscription,
): Promise<{ delivery: Delivery; at: number }> {
  for await (const delivery of subscription) {
    return { delivery, at: performance.now() };
  }
  throw new Error(`"${subscription.pattern}" ended`);
}
