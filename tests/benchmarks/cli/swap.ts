import { defineModule, type Module } from "@caryatid/sdk";
import { Process } from "../../../process/process.ts";
import { expectAll } from "../core/count.ts";
import { type Case, median } from "../harness.ts";

const MESSAGES = 100_000;
const SWAPS = 10;
const TOPIC = "bench.swap";

/** A module is swapped again and again while messages come in as fast as it reads. */
export const swap: Case = {
  name: "swap",
  unit: "ms",
  run: swapUnderLoad,
  goals: [{ of: "p50", most: 50 }, { of: "max", most: 50 }],
  remark: `${SWAPS} swaps during ${MESSAGES} messages: ` +
    "none is lost, doubled or out of order, or the run fails",
};

async function swapUnderLoad(): Promise<{ p50: number; max: number }> {
  const heard: number[] = [];
  await using process = await Process.create({
    config: { module: { reader: {} }, log: { level: "error" } },
    modules: [reader(heard)],
    swappable: true,
  });
  await process.start();
  const load = publishAll(process);
  const times: number[] = [];
  for (let done = 1; done <= SWAPS; done++) {
    await until(heard, (done * MESSAGES) / (SWAPS + 1));
    times.push(await swapTime(process, heard));
  }
  expectLoad(heard);
  await load;
  await process.stop();
  expectAll(heard.length, MESSAGES);
  expectOrder(heard);
  return { p50: median(times), max: Math.max(...times) };
}

/** Each is a definition of its own, as after an edit. */
function reader(heard: number[]): Module {
  return defineModule({
    name: "reader",
    init(context) {
      const messages = context.subscribe(TOPIC);
      context.run(async () => {
        for await (const { message } of messages) heard.push(message as number);
      });
    },
  });
}

async function publishAll({ context }: Process): Promise<void> {
  for (let n = 0; n < MESSAGES; n++) await context.publish(TOPIC, n);
}

async function swapTime(process: Process, heard: number[]): Promise<number> {
  const start = performance.now();
  await process.swap("reader", reader(heard));
  return performance.now() - start;
}

async function until(heard: readonly number[], count: number): Promise<void> {
  while (heard.length < count) {
    await new Promise((resolve) => setTimeout(resolve, 0));
  }
}

function expectLoad({ length }: readonly number[]): void {
  if (length < MESSAGES) return;
  throw new Error("no load: all was read before the last swap");
}

function expectOrder(heard: readonly number[]): void {
  const wrong = heard.findIndex((message, n) => message !== n);
  if (wrong >= 0) {
    throw new Error(`out of order: found ${heard[wrong]} as number ${wrong}`);
  }
}
