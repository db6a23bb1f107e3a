import { yieldToEventLoop } from "@caryatid/sdk/internal/bus";
import { type Case, Skip } from "../harness.ts";
import { Subject } from "./subject.ts";

const REQUESTS = 100_000;
const SUBSCRIPTIONS = 10_000;

const { gc } = globalThis as { gc?: () => void };

/**
 * Heap that remains for each cycle after a garbage collection.
 */
export const memory: readonly Case[] = [
  {
    ...slopeOf(REQUESTS, async ({ context }) => {
      await context.request("bench.ask", "question");
    }),
    name: "memory-per-request",
  },
  {
    ...slopeOf(SUBSCRIPTIONS, async ({ context }) => {
      await context.subscribe("bench.*").close();
    }),
    name: "memory-per-subscription",
  },
];

function slopeOf(
  cycles: number,
  cycle: (subject: Subject) => Promise<void>,
): Omit<Case, "name"> {
  return {
    unit: "B",
    goals: [{ of: "heap", most: 100 }],
    async run() {
      await using subject = new Subject();
      subject.context.handle("bench.ask", ({ message }) => message);
      for (let i = 0; i < 1_000; i++) await cycle(subject);
      const before = await heap();
      for (let i = 0; i < cycles; i++) await cycle(subject);
      return { heap: (await heap() - before) / cycles };
    },
    remark: `each of ${cycles.toLocaleString("en")}, after collection`,
  };
}

async function heap(): Promise<number> {
  if (gc === undefined) throw new Skip("needs --v8-flags=--expose-gc");
  for (let turn = 0; turn < 3; turn++) {
    // Timers at rest are released between turns of the event loop.
    await yieldToEventLoop();
    gc();
  }
  return Deno.memoryUsage().heapUsed;
}
