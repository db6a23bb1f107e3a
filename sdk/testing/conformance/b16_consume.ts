import assert from "node:assert/strict";
import { ModuleContext } from "../../host/module_context.ts";
import { CaryatidError, type Consumer, type MessageBus } from "../../mod.ts";
import { within } from "./promises.ts";
import type { Property } from "./property.ts";
import { ready, type Trial } from "./trial.ts";

const quiet = () => {};
const log = { debug: quiet, info: quiet, warn: quiet, error: quiet };

/** B16: `Context.consume`, and `Subscription.reject`, on which it stands. */
export const consumption: readonly Property[] = [
  {
    id: "B16",
    title:
      "reject finishes a delivery of a group as failed, counts it, and the loop continues",
    check: rejects,
  },
  {
    id: "B16",
    title: "reject of a delivery that is not in flight returns false",
    check: rejectsOnce,
  },
  {
    id: "B16",
    title: "consume handles every message once, in order with concurrency 1",
    check: (trial) => consumes(trial, undefined, 1),
  },
  {
    id: "B16",
    title: "consume of a group handles messages at the same time",
    check: (trial) => consumes(trial, "workers", 4),
  },
  {
    id: "B16",
    title:
      "consume continues after a message that fails at every attempt, and counts it",
    check: continues,
  },
];

async function rejects(trial: Trial): Promise<void> {
  const topic = trial.topic("work");
  const subscription = trial.bus.subscribe(topic, { group: "workers" });
  await ready(subscription);
  for (const n of [1, 2, 3]) await trial.peer.publish(topic, n);
  const received: unknown[] = [];
  const error = new CaryatidError("OUT_OF_STOCK", "no tea");
  await within(
    (async () => {
      for await (const delivery of subscription) {
        received.push(delivery.message);
        if (delivery.message === 2) {
          assert(subscription.reject(delivery, error));
        }
        if (received.length === 3) return;
      }
    })(),
    "three deliveries",
  );
  assert.deepEqual(received, [1, 2, 3]);
  await counted(() => subscription.dropped === 1, "one dropped message");
}

async function rejectsOnce(trial: Trial): Promise<void> {
  const topic = trial.topic("work");
  const subscription = trial.bus.subscribe(topic);
  await ready(subscription);
  await trial.peer.publish(topic, 1);
  const loop = subscription[Symbol.asyncIterator]();
  const { value } = await within(loop.next(), "a delivery");
  assert(value);
  assert(subscription.reject(value, new Error("failed")));
  assert(!subscription.reject(value, new Error("failed")));
  await subscription.close();
}

async function consumes(
  trial: Trial,
  group: string | undefined,
  concurrency: number,
): Promise<void> {
  const topic = trial.topic("work");
  const numbers = Array.from({ length: 40 }, (_, n) => n);
  const handled: unknown[] = [];
  let most = 0;
  await withContext(trial.bus, async (context) => {
    const consumer = context.consume(topic, async ({ message }) => {
      most = Math.max(most, consumer.inFlight);
      await new Promise<void>((resolve) => setImmediate(resolve));
      handled.push(message);
    }, { concurrency, ...group && { group } });
    await begin(context, consumer);
    for (const n of numbers) await trial.peer.publish(topic, n);
    await counted(() => handled.length >= numbers.length, "all messages");
    await counted(() => consumer.inFlight === 0, "finished handlers");
  });
  if (concurrency === 1) assert.deepEqual(handled, numbers);
  assert.deepEqual([...new Set(handled)].length, numbers.length);
  assert(most <= concurrency, `${most} at the same time`);
}

async function continues(trial: Trial): Promise<void> {
  const topic = trial.topic("work");
  const attempts: unknown[] = [];
  await withContext(trial.bus, async (context) => {
    const consumer = context.consume(topic, ({ message }) => {
      attempts.push(message);
      if (message === "bad") throw new Error("no luck");
    }, { group: "workers", retry: { attempts: 3 } });
    await begin(context, consumer);
    for (const message of ["bad", "good"]) {
      await trial.peer.publish(topic, message);
    }
    await counted(() => attempts.includes("good"), "the good message");
    assert.equal(consumer.failed, 1);
    await counted(() => consumer.dropped === 1, "one dropped message");
  });
  assert.deepEqual(attempts, ["bad", "bad", "bad", "good"]);
}

async function begin(
  context: ModuleContext,
  consumer: Consumer,
): Promise<void> {
  await within(consumer.ready, "the consumer");
  await context.ready();
  context.begin();
}

async function withContext(
  bus: MessageBus,
  use: (context: ModuleContext) => Promise<void>,
): Promise<void> {
  const context = new ModuleContext({ id: "consumer", bus, log });
  try {
    await use(context);
  } finally {
    context.stop();
    await context.close();
    await context.ended();
  }
}

/** Waits until a count that other turns or processes change holds. */
async function counted(holds: () => boolean, what: string): Promise<void> {
  await within(
    (async () => {
      while (!holds()) {
        await new Promise<void>((resolve) => setTimeout(resolve, 1));
      }
    })(),
    what,
  );
}
