import assert from "node:assert/strict";
import { inspect } from "node:util";
import type { Delivery, Subscription } from "../../mod.ts";
import { failsWith } from "./fails_with.ts";
import type { Property } from "./property.ts";
import { ready, type Trial } from "./trial.ts";
import { watch } from "./watch.ts";
import { within } from "./within.ts";

/** Leaves a loop in its first step, in which `arrange` brings about the state in question. */
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

/** A14: the ways out of a subscription. */
export const leaving: readonly Property[] = [
  ...Object.entries(WAYS).map(([name, way]): Property => ({
    id: "A14",
    says: `${name} ends a subscription, whether it waits, is full or empty`,
    check: (trial) => endsInEveryState(trial, way),
  })),
  {
    id: "A14",
    says: "with a signal that fired before, ready rejects with ABORTED",
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
  if (waiting) await checkEnded(waiting, "a next() that waited");
  await Promise.all(publishes); // whom nobody hears, nobody keeps waiting
  await checkStaysClosed(trial, subscription, topic);
}

async function checkStaysClosed(
  trial: Trial,
  subscription: Subscription,
  topic: string,
): Promise<void> {
  const next = () => subscription[Symbol.asyncIterator]().next();
  await checkEnded(next(), "next() after the way out");
  await trial.bus.publish(topic, "to nobody");
  await checkEnded(next(), "next() after a publish");
  await within(subscription.close(), "a second close()");
  await within(subscription[Symbol.asyncDispose](), "a third close()");
  assert.equal(subscription.depth, 0);
}

async function checkEnded(
  next: Promise<IteratorResult<Delivery>>,
  what: string,
): Promise<void> {
  const { done, value } = await within(next, what);
  assert(done, `Wanted ${what} to be done, got ${inspect(value)}`);
}

async function abortedBefore({ bus, prefix }: Trial): Promise<void> {
  const reason = new Error("never mind");
  const signal = AbortSignal.abort(reason);
  bus.subscribe(prefix, { signal }); // whose ready nobody awaits
  const subscription = bus.subscribe(prefix, { signal });
  const error = await failsWith(subscription.ready, "ABORTED");
  assert.equal(error.cause, reason);
  await bus.publish(prefix, "to nobody");
  await checkEnded(subscription[Symbol.asyncIterator]().next(), "its loop");
  await within(subscription.close(), "close");
  const handling = bus.handle(prefix, () => 1, { signal });
  await failsWith(handling.ready, "ABORTED");
  await failsWith(bus.request(prefix, 1), "NO_HANDLER");
}
