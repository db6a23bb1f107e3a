import { CaryatidError, defineTopic } from "@caryatid/sdk";
import { z } from "zod";
import type { Case } from "../harness.ts";
import { expectAll, perThreadSecond, readAll } from "./count.ts";
import { Subject } from "./subject.ts";

const MESSAGES = 1_000_000;
const ERRORS = 100_000;
const TOPICS = 10_000_000;
const TOPIC = "bench.consume";
const QUEUE_SIZE = 100;

/** `consume`, a handler's own errors, and `at` of a pattern. */
export const consume: readonly Case[] = [
  {
    name: "consume",
    unit: "/s",
    run: async () => ({ consumed: await consumed(), looped: await looped() }),
    ratio: ["consumed", "looped"],
    goals: [{ of: "ratio", least: 0.9 }],
    remark: "concurrency 1, compared with a loop by hand",
  },
  {
    name: "own-error",
    unit: "/s",
    run: async () => ({
      own: await failing("OUT_OF_STOCK", "OUT_OF_STOCK"),
      failed: await failing("NO_ROUTE", "HANDLER_FAILED"),
    }),
    ratio: ["own", "failed"],
    goals: [{ of: "ratio", least: 0.9 }],
    remark: "requests that reject with the handler's own error, and with " +
      "HANDLER_FAILED",
  },
  {
    name: "pattern-at",
    unit: "/s",
    run: async () => ({ ours: await repeatedWord() }),
    goals: [{ of: "ours", least: 1e7 }],
    remark: "at() with a repeated word",
  },
];

async function consumed(): Promise<number> {
  await using subject = new Subject();
  const { context } = subject;
  const all = Promise.withResolvers<void>();
  let count = 0;
  context.consume(TOPIC, () => {
    if (++count === MESSAGES) all.resolve();
  }, { queueSize: QUEUE_SIZE });
  const rate = await perThreadSecond(MESSAGES, async () => {
    for (let i = 0; i < MESSAGES; i++) await context.publish(TOPIC, i);
    await all.promise;
  });
  expectAll(count, MESSAGES);
  return rate;
}

async function looped(): Promise<number> {
  await using subject = new Subject();
  const { context } = subject;
  const deliveries = context.subscribe(TOPIC, { queueSize: QUEUE_SIZE });
  return await perThreadSecond(MESSAGES, async () => {
    const read = readAll(deliveries, MESSAGES);
    for (let i = 0; i < MESSAGES; i++) await context.publish(TOPIC, i);
    await read;
  });
}

async function failing(thrown: string, received: string): Promise<number> {
  await using subject = new Subject();
  const { context } = subject;
  context.handle(TOPIC, () => {
    throw new CaryatidError(thrown, "no tea");
  });
  let count = 0;
  const rate = await perThreadSecond(ERRORS, async () => {
    for (let i = 0; i < ERRORS; i++) {
      try {
        await context.request(TOPIC, i);
      } catch (error) {
        if ((error as CaryatidError).code === received) count++;
      }
    }
  });
  expectAll(count, ERRORS);
  return rate;
}

async function repeatedWord(): Promise<number> {
  const orders = defineTopic("order.*", z.unknown());
  let length = 0;
  const rate = await perThreadSecond(TOPICS, () => {
    for (let i = 0; i < TOPICS; i++) length += orders.at("7").name.length;
    return Promise.resolve();
  });
  expectAll(length, 7 * TOPICS);
  return rate;
}
