import { defineModule, type Module } from "@caryatid/sdk";
import { Process } from "../../../process/process.ts";
import { expectAll } from "../core/count.ts";
import { type Case, median } from "../harness.ts";

const MESSAGES = 100_000;
const SWAPS = 10;
const TOPIC = "bench.swap";

/**
 * Swaps a module repeatedly while messages arrive as fast as it reads.
 */
export const swap: Case = {
  name: "swap",
  unit: "ms",
  run: swapUnderLoad,
  goals: [{ of: "p50", most: 50 }, { of: "max", most: 50 }],
  remark: `${SWAPS} swaps during ${MESSAGES} messages: ` +
    "none is lost, doubled or out of order, or the run fails",
};

async function swapUnderLoad(): Promise<{ p50: number; max: number }> {
  const received: number[] = [];
  await using process = await Process.create({
    config: { module: { reader: {} }, log: { level: "error" } },
    modules: [reader(received)],
    swappable: true,
  });
  await process.start();
  const times = await publishAll(process, received);
  await process.stop();
  expectAll(received.length, MESSAGES);
  expectOrder(received);
  return { p50: median(times), max: Math.max(...times) };
}

/** Returns a new definition of the module, as after an edit. */
function reader(received: number[]): Module {
  return defineModule({
    name: "reader",
    init(context) {
      const messages = context.subscribe(TOPIC);
      context.run(async () => {
        for await (const { message } of messages) {
          received.push(message as number);
        }
      });
    },
  });
}

/**
 * Swaps a module repeatedly, each time in the middle of the load. Returns the
 * durations.
 */
async function publishAll(
  process: Process,
  received: number[],
): Promise<number[]> {
  const times: number[] = [];
  let idle = true;
  const swap = async () => {
    idle = false;
    times.push(await swapTime(process, received));
    idle = true;
  };
  let last = Promise.resolve();
  for (let n = 0; n < MESSAGES; n++) {
    await process.context.publish(TOPIC, n);
    const due = (times.length + 1) * MESSAGES / (SWAPS + 1);
    if (idle && n >= due && times.length < SWAPS) last = swap();
  }
  if (times.length < SWAPS - 1) {
    throw new Error("swaps are slower than the load");
  }
  await last;
  return times;
}

async function swapTime(process: Process, received: number[]): Promise<number> {
  const start = performance.now();
  await process.swap("reader", reader(received));
  return performance.now() - start;
}

function expectOrder(received: readonly number[]): void {
  const wrong = received.findIndex((message, n) => message !== n);
  if (wrong >= 0) {
    throw new Error(
      `out of order: found ${received[wrong]} as number ${wrong}`,
    );
  }
}
