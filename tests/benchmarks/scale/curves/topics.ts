import { readAll } from "../../core/count.ts";
import { Subject } from "../../core/subject.ts";
import type { Curve } from "../curve.ts";
import { processorTime } from "../../core/processor_time.ts";

const MESSAGES = 200_000;
const PATTERNS = ["scale.#", "*.*.n", "scale.r3.*", "*.r5.n", "other.#"];

/** Cost of publishes on many topics in turn. */
export const topics: Curve = {
  name: "topics",
  title: "Publish in memory on N topics in turn",
  x: "topics",
  y: "processor time of a publish (ns)",
  sizes: [1, 10, 100, 1_000, 10_000, 100_000],
  best: "least",
  measure: async (count) => ({
    "one wildcard pattern": await cost(count, ["scale.*.n"]),
    "five patterns": await cost(count, PATTERNS),
  }),
};

/** Returns nanoseconds. */
async function cost(
  count: number,
  patterns: readonly string[],
): Promise<number> {
  const names = Array.from({ length: count }, (_, i) => `scale.r${i}.n`);
  await using subject = new Subject();
  const { context } = subject;
  const [first, ...others] = patterns.map((each) => context.subscribe(each));
  for (const each of others) drain(each);
  const time = await processorTime(async () => {
    const read = readAll(first!, MESSAGES);
    for (let i = 0; i < MESSAGES; i++) {
      await context.publish(names[i % count]!, i);
    }
    await read;
  });
  return time * 1_000 / MESSAGES;
}

/** Reads until the subscription ends. */
async function drain(deliveries: AsyncIterable<unknown>): Promise<void> {
  for await (const _ of deliveries);
}
