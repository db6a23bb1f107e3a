import { against, type Case } from "../harness.ts";
import { perThreadSecond, readAll } from "./count.ts";
import { PlainRing } from "./plain_ring.ts";
import { Subject } from "./subject.ts";

const MESSAGES = 1_000_000;
const TOPIC = "bench.publish";
const QUEUE_SIZE = 100;

/**
 * Publishes with an await of each, and one loop that reads: the usual work of a
 * module.
 */
export const publish: readonly Case[] = [
  {
    name: "publish",
    unit: "/s",
    run: against(() => throughCaryatid(false), throughPlainRing),
    ratio: ["ours", "peer"],
    goals: [{ of: "ours", least: 5e6 }],
    remark: "peer: a plain ring with the same promises",
  },
  {
    name: "publish-kept",
    unit: "/s",
    run: async () => ({
      kept: await throughCaryatid(true),
      plain: await throughCaryatid(false),
    }),
    ratio: ["kept", "plain"],
    remark: 'to a module with on-failure = "restart", and to one without',
  },
];

async function throughCaryatid(keep: boolean): Promise<number> {
  await using subject = new Subject({ keep });
  const { context } = subject;
  const received = context.subscribe(TOPIC, { queueSize: QUEUE_SIZE });
  return await perThreadSecond(MESSAGES, async () => {
    const read = readAll(received, MESSAGES);
    for (let i = 0; i < MESSAGES; i++) await context.publish(TOPIC, i);
    await read;
  });
}

async function throughPlainRing(): Promise<number> {
  const ring = new PlainRing<number>(QUEUE_SIZE);
  return await perThreadSecond(MESSAGES, async () => {
    const read = readAll(ring, MESSAGES);
    for (let i = 0; i < MESSAGES; i++) await ring.publish(i);
    await read;
  });
}
