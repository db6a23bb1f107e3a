import assert from "node:assert/strict";
import process from "node:process";
import type { CaryatidError, MessageBus, Subscription } from "../../mod.ts";
import { watch, within } from "./promises.ts";
import type { Property } from "./property.ts";
import { ready, type Trial } from "./trial.ts";

/**
 * Maximum work before a timer of 10 ms, in milliseconds of processor time.
 * Other programs on a machine delay timers, too.
 */
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
  const start = performance.now();
  const before = threadTime();
  let late: number | undefined;
  const timer = setTimeout(() => late = threadTime() - before - 10, 10);
  let publishes = 0;
  // With a limit, because a bus that starves timers would hang this test.
  while (late === undefined && performance.now() - start < 10_000) {
    await bus.publish(prefix, publishes++).catch(ignoreOverflow);
  }
  clearTimeout(timer);
  assert(
    late !== undefined && late <= MAX_DELAY,
    `A 10 ms timer was ${late ?? "over 9,990"} ms late, ${publishes} publishes`,
  );
}

/**
 * Returns the processor time of this thread, in milliseconds. Node.js 22 has no
 * such clock, so there it is the time of day.
 */
function threadTime(): number {
  const usage = process.threadCpuUsage?.();
  if (usage === undefined) return performance.now();
  return (usage.user + usage.system) / 1_000;
}

function ignoreOverflow(error: CaryatidError): void {
  assert.equal(error.code, "OVERFLOW");
}
