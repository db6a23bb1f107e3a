import type { Case } from "../harness.ts";
import { expectAll } from "./count.ts";
import { Subject } from "./subject.ts";

const REQUESTS = 100_000;

/** Latency of an answer, with the reading of the clock (0.08 µs). */
export const latency: readonly Case[] = [1, 10, 100].map((inFlight) => ({
  name: `latency-${inFlight}-in-flight`,
  unit: "µs",
  run: async () => percentiles(await latencies(inFlight)),
}));

async function latencies(inFlight: number): Promise<Float64Array> {
  await using subject = new Subject();
  const { context } = subject;
  context.handle("bench.ask", ({ message }) => message);
  const took = new Float64Array(REQUESTS);
  let asked = 0;
  let answered = 0;
  const asker = async () => {
    while (asked < REQUESTS) {
      const question = asked++;
      const start = performance.now();
      const answer = await context.request("bench.ask", question);
      took[answered++] = (performance.now() - start) * 1000;
      if (answer !== question) throw new Error(`wrong answer to ${question}`);
    }
  };
  await Promise.all(Array.from({ length: inFlight }, asker));
  expectAll(answered, REQUESTS);
  return took.sort();
}

function percentiles(sorted: Float64Array): Record<string, number> {
  const at = (share: number) => sorted[Math.floor(sorted.length * share)]!;
  return { p50: at(0.5), p99: at(0.99), "p99.9": at(0.999) };
}
