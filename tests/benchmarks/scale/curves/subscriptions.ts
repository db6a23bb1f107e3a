import { readAll } from "../../core/count.ts";
import { Subject } from "../../core/subject.ts";
import type { Curve } from "../curve.ts";
import { processorTime } from "../../core/processor_time.ts";

const MESSAGES = 100_000;

/** Cost of a publish to one subscription among others. */
export const subscriptions: Curve = {
  name: "subscriptions",
  title: "Publish in memory to one of N subscriptions",
  x: "subscriptions of other topics, one module",
  y: "processor time of a publish (ns)",
  sizes: [1, 10, 100, 1_000, 10_000, 100_000],
  best: "least",
  measure: async (count) => ({
    "the same topic": await cost(count, () => "scale.0.topic"),
    "a new topic each time": await cost(count, (i) => `scale.0.topic${i}`),
  }),
};

/** Returns nanoseconds. The topics are created before the measurement. */
async function cost(
  count: number,
  topicOf: (i: number) => string,
): Promise<number> {
  const topics = Array.from({ length: MESSAGES }, (_, i) => topicOf(i));
  await using subject = new Subject();
  const { context } = subject;
  const all = Array.from(
    { length: count },
    (_, i) => context.subscribe(`scale.${i}.*`),
  );
  const time = await processorTime(async () => {
    const read = readAll(all[0]!, MESSAGES);
    for (const topic of topics) await context.publish(topic, topic);
    await read;
  });
  return time * 1_000 / MESSAGES;
}
