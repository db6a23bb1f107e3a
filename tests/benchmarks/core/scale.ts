import type { Case } from "../harness.ts";
import { perThreadSecond, readAll } from "./count.ts";
import { Subject } from "./subject.ts";

const MESSAGES = 200_000;

/** Cost of a publish to one subscription among many others. */
export const scale: readonly Case[] = [
  {
    ...costOf(() => "scale.5.topic", "one topic"),
    name: "scale-cached-topic",
  },
  {
    ...costOf((i) => `scale.5.topic${i}`, "a new topic each time"),
    name: "scale-fresh-topic",
  },
];

function costOf(topicOf: (i: number) => string, what: string): Omit<
  Case,
  "name"
> {
  let topics: readonly string[] | undefined; // created by the warm-up run
  return {
    unit: "ns",
    async run() {
      topics ??= Array.from({ length: MESSAGES }, (_, i) => topicOf(i));
      return {
        "of-10000": await costAmong(10_000, topics),
        "of-10": await costAmong(10, topics),
      };
    },
    ratio: ["of-10000", "of-10"],
    goals: [{ of: "ratio", most: 3 }],
    remark: `a publish on ${what} to one of that many subscriptions`,
  };
}

async function costAmong(
  count: number,
  topics: readonly string[],
): Promise<number> {
  await using subject = new Subject();
  const { context } = subject;
  const all = Array.from(
    { length: count },
    (_, i) => context.subscribe(`scale.${i}.*`),
  );
  const rate = await perThreadSecond(MESSAGES, async () => {
    const read = readAll(all[5]!, MESSAGES);
    for (const topic of topics) await context.publish(topic, topic);
    await read;
  });
  return 1e9 / rate;
}
