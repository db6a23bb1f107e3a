import assert from "node:assert/strict";
import process from "node:process";
import type { Subscription } from "../../mod.ts";
import { countAbortHandlers, failsWith } from "./assertions.ts";
import { states, turn, watch, within } from "./promises.ts";
import { type Property, publisherWaits } from "./property.ts";
import { messages } from "./take.ts";
import { ready, receivedBefore, type Trial } from "./trial.ts";

/** Allowed heap growth of 1,000 uses, in bytes. */
const HEAP_GROWTH = 100_000;
/** Rounds that may exceed it before the check fails. */
const HEAP_ROUNDS = 3;

/** A17 and A22: closing a bus, and leaks. */
export const closing: readonly Property[] = [
  {
    id: "A17",
    title: "a closed bus ends loops and rejects calls with BUS_CLOSED",
    check: closesAll,
  },
  {
    id: "A17",
    title: "close of a bus rejects waiting publishes",
    needs: publisherWaits,
    check: rejectsWaiting,
  },
  {
    id: "A17",
    title:
      "close of a bus delivers or rejects each of 10,000 publishes in flight",
    check: settlesAll,
  },
  {
    id: "A22",
    title:
      "1,000 cycles of subscribe, publish, request and close leave nothing behind",
    check: leavesNothing,
  },
  {
    id: "A22",
    title: "close of a bus removes its handlers from every signal",
    check: releasesSignals,
  },
];

async function closesAll(trial: Trial): Promise<void> {
  const { bus } = trial;
  await within(bus.open(), "a second open()");
  const [topic, other] = [trial.topic("a"), trial.topic("b")];
  const idle = bus.subscribe(topic);
  const unread = bus.subscribe(other);
  await ready(idle, unread);
  const waiting = watch(readToEnd(idle));
  for (const n of [1, 2, 3]) await bus.publish(other, n);
  await within(bus.close(), "close");
  assert.deepEqual(await within(waiting.promise, "a waiting loop to end"), []);
  await within(readToEnd(unread), "a loop with unread to end");
  await within(Promise.all([bus.close(), bus.close()]), "close, twice more");
  await within(bus[Symbol.asyncDispose](), "dispose after close");
  await failsWith(bus.publish(topic, 1), "BUS_CLOSED");
  await failsWith(bus.request(topic, 1), "BUS_CLOSED");
  bus.subscribe(topic); // its ready is not awaited
  const late = bus.subscribe(topic);
  await failsWith(late.ready, "BUS_CLOSED");
  assert.deepEqual(await within(readToEnd(late), "a late loop to end"), []);
  bus.handle(topic, () => 1);
  const handling = bus.handle(topic, () => 1);
  await failsWith(handling.ready, "BUS_CLOSED");
  await within(Promise.all([late.close(), handling.close()]), "late closes");
}

async function rejectsWaiting(trial: Trial): Promise<void> {
  const topic = trial.topic("full");
  const subscription = trial.bus.subscribe(topic, { queueSize: 1 });
  await ready(subscription);
  await trial.bus.publish(topic, 1);
  const waiting = [2, 3].map((n) => watch(trial.bus.publish(topic, n)));
  await turn();
  assert.equal(states(waiting), "pending pending");
  await within(trial.bus.close(), "close");
  for (const { promise } of waiting) await failsWith(promise, "BUS_CLOSED");
}

async function settlesAll(trial: Trial): Promise<void> {
  const { bus, peer } = trial;
  const topic = trial.topic("flood");
  const subscription = peer.subscribe(topic);
  await ready(subscription);
  // a bus limits waiting publishes
  const n = Math.min(trial.count(10_000, 1_000), 50_000);
  const publishes = Array.from(
    { length: n },
    (_, i) => watch(bus.publish(topic, i)),
  );
  const received = new Set(await trial.receive(subscription, n / 10));
  await within(bus.close(), "close");
  for (const { promise } of publishes) await closedOrAccepted(promise);
  // no subscription is left to read
  if (peer === bus && bus.abilities.external) return;
  const rest = peer === bus
    ? await within(readToEnd(subscription), "the loop to end")
    : messages(await receivedBefore(trial, subscription, topic, peer));
  for (const message of rest) {
    assert(!received.has(message), `${message} was delivered twice`);
    received.add(message);
  }
  const lost = publishes.findIndex(({ state }, i) =>
    state === "fulfilled" && !received.has(i)
  );
  assert(lost < 0, `Publish ${lost} was accepted, but not delivered`);
}

async function closedOrAccepted(publishing: Promise<void>): Promise<void> {
  try {
    await within(publishing, "a publish at the close to settle");
  } catch (error) {
    await failsWith(Promise.reject(error), "BUS_CLOSED");
  }
}

async function readToEnd(subscription: Subscription): Promise<unknown[]> {
  const received: unknown[] = [];
  for await (const { message } of subscription) received.push(message);
  return received;
}

async function leavesNothing(trial: Trial): Promise<void> {
  const counted = countAbortHandlers();
  const { signal } = counted;
  const n = trial.count(1_000, 50);
  const mostGrowth = HEAP_GROWTH * n / 1_000 + HEAP_GROWTH;
  await useAndClose(trial, signal, Math.ceil(n / 5)); // warm up
  // A leak grows the heap in every round; compiled code in an early one only.
  const growths: number[] = [];
  let last: Subscription;
  do {
    const before = heapInUse();
    last = await useAndClose(trial, signal, n);
    growths.push(heapInUse() - before);
  } while (growths.at(-1)! >= mostGrowth && growths.length < HEAP_ROUNDS);
  assert(
    growths.at(-1)! < mostGrowth,
    `The heap grew by ${growths.join(", ")} bytes in ${n} uses each`,
  );
  assert.equal(counted.handlers, 0, "abort handlers remain");
  await within(trial.bus.publish(trial.topic("used"), "late"), "publish");
  assert.deepEqual(await within(readToEnd(last), "the loop to end"), []);
  await failsWith(trial.bus.request(trial.topic("used"), 1), "NO_HANDLER");
}

/** Returns the last subscription. */
async function useAndClose(
  trial: Trial,
  signal: AbortSignal,
  n: number,
): Promise<Subscription> {
  const topic = trial.topic("used");
  for (let i = 1;; i++) {
    const subscription = trial.bus.subscribe(topic, { signal });
    const handling = trial.bus.handle(topic, () => i, { signal });
    await ready(subscription, handling);
    await trial.peer.publish(topic, i, { signal });
    assert.deepEqual(await trial.receive(subscription, 1), [i]);
    assert.equal(await trial.peer.request(topic, 0, { signal }), i);
    await within(subscription.close(), "close of a subscription");
    await within(handling.close(), "close of a handling");
    if (i === n) return subscription;
  }
}

async function releasesSignals(trial: Trial): Promise<void> {
  const { bus } = trial;
  const topic = trial.topic("signalled");
  const counted = countAbortHandlers();
  const { signal } = counted;
  const options = { signal, queueSize: 1 };
  const subscription = bus.subscribe(topic, options);
  const handling = bus.handle(topic, turn, options);
  await ready(subscription, handling);
  const calls = [
    ...[1, 2].map((n) => watch(bus.publish(topic, n, { signal }))),
    watch(bus.request(topic, 3, { signal })),
  ];
  await within(bus.close(), "close");
  await within(
    Promise.allSettled(calls.map(({ promise }) => promise)),
    "the calls",
  );
  await within(readToEnd(subscription), "the loop to end");
  assert.equal(counted.handlers, 0, "abort handlers remain");
}

/**
 * Returns the heap in use after a garbage collection, or 0 if a program cannot
 * start one.
 */
function heapInUse(): number {
  const { gc } = globalThis as { gc?: () => void };
  if (gc === undefined) return 0;
  gc();
  return process.memoryUsage().heapUsed;
}
