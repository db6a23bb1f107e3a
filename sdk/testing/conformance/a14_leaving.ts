import assert from "node:assert/strict";
import { inspect } from "node:util";
import type { Delivery, Subscription } from "../../mod.ts";
import { failsWith } from "./assertions.ts";
import { watch, within } from "./promises.ts";
import type { Property } from "./property.ts";
import { ready, type Trial } from "./trial.ts";

/**
 * Leaves a loop in its first step, after `arrange` has produced the state under
 * test.
 */
type Way = (
  subscription: Subscription,
  arrange: () => Promise<void>,
  leave: AbortController,
) => Promise<void>;

const WAYS: Readonly<Record<string, Way>> = {
  async "close()"(subscription, arrange) {
    for await (const _ of subscription) {
      await arrange();
      await subscription.close();
    }
  },
  async break(subscription, arrange) {
    for await (const _ of subscription) {
      await arrange();
      break;
    }
  },
  async throw(subscription, arrange) {
    const looping = async () => {
      for await (const _ of subscription) {
        await arrange();
        throw new Error("thrown in a loop");
      }
    };
    await assert.rejects(looping, { message: "thrown in a loop" });
  },
  async "its signal"(subscription, arrange, leave) {
    for await (const _ of subscription) {
      await arrange();
      leave.abort();
    }
  },
  async "await using"(subscription, arrange) {
    for await (const _ of subscription) {
      await arrange();
      await subscription[Symbol.asyncDispose](); // what `await using` calls
    }
  },
};

const STATES = ["waiting", "full", "empty"] as const;

/** A14: closing a subscription. */
export const leaving: readonly Property[] = [
  ...Object.entries(WAYS).map(([name, way]): Property => ({
    id: "A14",
    title: `${name} ends a waiting, a full and an empty subscription`,
    check: (trial) => endsInEveryState(trial, way),
  })),
  {
    id: "A14",
    title: "ready rejects with ABORTED if the signal was aborted before",
    check: abortedBefore,
  },
];

async function endsInEveryState(trial: Trial, way: Way): Promise<void> {
  for (const state of STATES) {
    await within(ends(trial, way, state), `the way out when ${state}`);
  }
}

async function ends(
  trial: Trial,
  way: Way,
  state: typeof STATES[number],
): Promise<void> {
  const topic = trial.topic(state);
  const leave = new AbortController();
  const { signal } = leave;
  const subscription = trial.bus.subscribe(topic, { queueSize: 2, signal });
  await ready(subscription);
  await trial.bus.publish(topic, 1);
  const publishes: Promise<void>[] = [];
  let waiting: Promise<IteratorResult<Delivery>> | undefined;
  const arrange = () => {
    if (state === "full") {
      for (const n of [2, 3, 4]) {
        publishes.push(watch(trial.bus.publish(topic, n)).promise);
      }
    } else if (state === "waiting") {
      waiting = subscription[Symbol.asyncIterator]().next();
    }
    return Promise.resolve();
  };
  await way(subscription, arrange, leave);
  if (waiting) await checkEnded(waiting, "a waiting next()");
  await Promise.all(publishes); // a closed subscription makes no publish wait
  await checkStaysClosed(trial, subscription, topic);
}

async function checkStaysClosed(
  trial: Trial,
  subscription: Subscription,
  topic: string,
): Promise<void> {
  const next = () => subscription[Symbol.asyncIterator]().next();
  await checkEnded(next(), "next() after the way out");
  await trial.bus.publish(topic, "without a subscriber");
  await checkEnded(next(), "next() after a publish");
  await within(subscription.close(), "a second close()");
  await within(subscription[Symbol.asyncDispose](), "a third close()");
  assert.equal(subscription.queued, 0);
}

async function checkEnded(
  next: Promise<IteratorResult<Delivery>>,
  what: string,
): Promise<void> {
  const { done, value } = await within(next, what);
  assert(done, `Expected ${what} to be done, got ${inspect(value)}`);
}

async function abortedBefore({ bus, prefix }: Trial): Promise<void> {
  const reason = new Error("never mind");
  const signal = AbortSignal.abort(reason);
  bus.subscribe(prefix, { signal }); // its ready is not awaited
  const subscription = bus.subscribe(prefix, { signal });
  const error = await failsWith(subscription.ready, "ABORTED");
  assert.equal(error.cause, reason);
  await bus.publish(prefix, "without a subscriber");
  await checkEnded(subscription[Symbol.asyncIterator]().next(), "its loop");
  await within(subscription.close(), "close");
  const handling = bus.handle(prefix, () => 1, { signal });
  await failsWith(handling.ready, "ABORTED");
  await failsWith(bus.request(prefix, 1), "NO_HANDLER");
}
