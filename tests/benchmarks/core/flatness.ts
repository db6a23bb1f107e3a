import { type Case, median } from "../harness.ts";
import { milliseconds } from "./count.ts";
import { Subject } from "./subject.ts";

const BUSES = 11;
const BLOCKS = 20;
const BLOCK = 1_000;

/**
 * Cost of a request after many others. In Rust it grows, because each request
 * leaves a subscription behind.
 */
export const flatness: Case = {
  name: "request-flatness",
  unit: "ns",
  async run() {
    const costs: number[][] = [];
    for (let bus = 0; bus < BUSES; bus++) costs.push(await costsByBlock());
    const ofBlock = (block: number) => median(costs.map((bus) => bus[block]!));
    return { last: ofBlock(BLOCKS - 1), first: ofBlock(0) };
  },
  ratio: ["last", "first"],
  goals: [{ of: "ratio", most: 1.2 }],
  remark: `a request of a bus's ${BLOCKS}th thousand, and of its first; ` +
    `medians over ${BUSES} buses`,
};

/** Cost of a request in nanoseconds, for each thousand. */
async function costsByBlock(): Promise<number[]> {
  await using subject = new Subject();
  const { context } = subject;
  context.handle("bench.flat", ({ message }) => message);
  const costs: number[] = [];
  for (let block = 0; block < BLOCKS; block++) {
    const took = await milliseconds(async () => {
      for (let i = 0; i < BLOCK; i++) {
        if (await context.request("bench.flat", i) !== i) {
          throw new Error(`wrong answer to ${i}`);
        }
      }
    });
    costs.push(took * 1e6 / BLOCK);
  }
  return costs;
}
