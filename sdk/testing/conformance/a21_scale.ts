import assert from "node:assert/strict";
import type { CaryatidError, MessageBus, Subscription } from "../../mod.ts";
import { measureUntil } from "./measure_until.ts";
import { watch, within } from "./promises.ts";
import type { Property } from "./property.ts";
import { ready, type Trial } from "./trial.ts";

/** Maximum delay of a timer of 10 ms, in milliseconds. */
const MAX_DELAY = 100;
/**
 * Timeout for thousands of subscriptions, in milliseconds: a broker takes one
 * or two for each.
 */
const BULK_TIMEOUT = 60_000;

/** Subscribers of the endless publishing. */
const READERS: Readonly<
  Record<string, (bus: MessageBus, topic: string) => Promise<void>>
> = {
  "no subscriber": () => Promise.resolve(),
  "a loop": (bus, topic) => loop(bus.subscribe(topic), 0),
  "a slower loop": (bus, topic) => loop(bus.subscribe(topic), 20),
  "a queue that refuses": (bus, topic) =>
    ready(bus.subscribe(topic, { overflow: "error" })),
};

/** Reads until the bus closes; each step awaits `steps` settled promises. */
async function loop(subscription: Subscription, steps: number): Promise<void> {
  await ready(subscription);
  watch((async () => {
    for await (const _ of subscription) {
      for (let step = 0; step < steps; step++) await undefined;
    }
  })());
}

/** A21 and A24: many subscriptions, and endless publishing. */
export const scale: readonly Property[] = [
  {
    id: "A21",
    title: "5,000 subscriptions receive their messages",
    check: manySubscriptions,
  },
  ...Object.entries(READERS).map(([whom, read]): Property => ({
    id: "A24",
    title: `endless publishing to ${whom} lets a 10 ms timer through in 100 ms`,
    check: (trial) => letsTimersThrough(trial, read),
  })),
];

async function manySubscriptions(trial: Trial): Promise<void> {
  const half = trial.count(2_500, 100);
  const indexes = Array.from({ length: half }, (_, i) => i);
  const own = indexes.map((i) => trial.bus.subscribe(trial.topic(`own.${i}`)));
  const all = indexes.map(() => trial.bus.subscribe(trial.topic("all.#")));
  const both = [...own, ...all];
  const begun = Promise.all(both.map(({ ready }) => ready));
  await within(begun, "ready of thousands", BULK_TIMEOUT);
  for (const i of indexes) await trial.peer.publish(trial.topic(`own.${i}`), i);
  await trial.peer.publish(trial.topic("all.of.you"), "all");
  for (const i of indexes) {
    assert.deepEqual(await trial.receive(own[i]!, 1), [i]);
    assert.deepEqual(await trial.receive(all[i]!, 1), ["all"]);
  }
  const closed = Promise.all(both.map((one) => one.close()));
  await within(closed, "the end of thousands", BULK_TIMEOUT);
}

async function letsTimersThrough(
  { bus, prefix }: Trial,
  read: (bus: MessageBus, topic: string) => Promise<void>,
): Promise<void> {
  await read(bus, prefix);
  const late = await measureUntil<number>(
    (delay) => delay <= MAX_DELAY,
    () => timerDelay(bus, prefix),
  );
  assert(late <= MAX_DELAY, `A 10 ms timer was ${late} ms late`);
}

/** Returns how late a 10 ms timer is, in ms, while a program publishes. */
async function timerDelay(bus: MessageBus, topic: string): Promise<number> {
  const start = performance.now();
  let late: number | undefined;
  const timer = setTimeout(() => late = performance.now() - start - 10, 10);
  // With a limit, because a bus that starves timers would hang this test.
  for (
    let n = 0;
    late === undefined && performance.now() - start < 1_000;
    n++
  ) {
    await bus.publish(topic, n).catch(ignoreOverflow);
  }
  clearTimeout(timer);
  return late ?? Infinity;
}

function ignoreOverflow(error: CaryatidError): void {
  assert.equal(error.code, "OVERFLOW");
}
