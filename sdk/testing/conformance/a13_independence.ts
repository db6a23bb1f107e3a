import assert from "node:assert/strict";
import type { Subscription } from "../../mod.ts";
import { failsWith } from "./assertions.ts";
import { states, turn, watch, within } from "./promises.ts";
import { type Property, publisherWaits } from "./property.ts";
import { ready, type Trial } from "./trial.ts";

/** A13 and A23: independence of loops, and calls inside a loop. */
export const independence: readonly Property[] = [
  {
    id: "A13",
    title:
      "slow, stuck and throwing loops cost another subscription no message",
    check: othersGetAll,
  },
  {
    id: "A23",
    title: "a loop can publish, subscribe, request and close",
    check: worksInsideItsLoop,
  },
  {
    id: "A23",
    title: "a publish of a loop into its full queue rejects with OVERFLOW",
    needs: publisherWaits,
    check: overflowsItself,
  },
];

async function othersGetAll(trial: Trial): Promise<void> {
  const topic = trial.topic("news");
  const { bus } = trial;
  const options = { queueSize: 1 };
  const dead = bus.subscribe(topic, options);
  const slow = bus.subscribe(topic, { ...options, overflow: "drop-oldest" });
  const throwing = bus.subscribe(topic, options);
  const quick = bus.subscribe(topic);
  await ready(dead, slow, throwing, quick);
  const thrown = watch(throwAtThird(throwing));
  watch(loopSlowly(slow));
  const numbers = Array.from({ length: trial.count(1_000, 100) }, (_, i) => i);
  const publishes = numbers.map((n) => watch(bus.publish(topic, n)));
  assert.deepEqual(await trial.receive(quick, numbers.length), numbers);
  await assert.rejects(within(thrown.promise, "the loop to throw"), {
    message: "thrown by a loop",
  });
  // A closed subscription makes no publish wait.
  await within(dead.close(), "close of the unread subscription");
  await within(
    Promise.all(publishes.map(({ promise }) => promise)),
    () => `all to be accepted: ${states(publishes.slice(0, 20))} …`,
  );
}

async function loopSlowly(subscription: Subscription): Promise<void> {
  for await (const _ of subscription) await turn();
}

async function throwAtThird(subscription: Subscription): Promise<void> {
  let steps = 0;
  for await (const _ of subscription) {
    if (++steps === 3) throw new Error("thrown by a loop");
  }
}

async function worksInsideItsLoop(trial: Trial): Promise<void> {
  const { bus } = trial;
  const topic = trial.topic("outer");
  const outer = bus.subscribe(topic, { queueSize: 1 });
  const handling = bus.handle(trial.topic("ask"), ({ message }) => message);
  await ready(outer, handling);
  await bus.publish(topic, "started");
  let steps = 0;
  const looping = async () => {
    for await (const { message } of outer) {
      steps++;
      const inner = bus.subscribe(trial.topic("inner"));
      await ready(inner);
      await bus.publish(trial.topic("inner"), message);
      assert.deepEqual(await trial.receive(inner, 1), ["started"]);
      assert.equal(await bus.request(trial.topic("ask"), 7), 7);
      await bus.publish(topic, "not received");
      await inner.close();
      await outer.close();
    }
  };
  await within(looping(), () => `a loop that closes itself, step ${steps}`);
  assert.equal(steps, 1);
}

async function overflowsItself(trial: Trial): Promise<void> {
  const topic = trial.topic("self");
  const { bus } = trial;
  const subscription = bus.subscribe(topic, { queueSize: 1 });
  await ready(subscription);
  await bus.publish(topic, "started");
  const looping = async () => {
    for await (const _ of subscription) {
      await bus.publish(topic, "queued");
      const publishing = bus.publish(topic, "too many", { timeout: 100 });
      await failsWith(publishing, "OVERFLOW", topic);
      return;
    }
  };
  await within(looping(), "a loop that fills its own queue");
}
