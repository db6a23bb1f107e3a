import { Process } from "@caryatid/process";
import { defineModule } from "@caryatid/sdk";
import { expectAll } from "../../core/count.ts";
import type { Curve } from "../curve.ts";
import { processorTime } from "../../core/processor_time.ts";

/** Start and stop of a process with many modules. */
export const modules: Curve = {
  name: "modules",
  title: "Start and stop of N modules in one process",
  x: "modules, each with a subscription and a task",
  y: "processor time (ms)",
  sizes: [1, 10, 100, 1_000],
  best: "least",
  measure: startAndStop,
};

async function startAndStop(count: number): Promise<Record<string, number>> {
  const received: number[] = [];
  const relay = defineModule({
    name: "relay",
    config: { number: 0 },
    init(context, { number }) {
      const deliveries = context.subscribe("scale.start");
      context.run(async () => {
        for await (const _ of deliveries) received.push(number);
      });
    },
  });
  const module = Object.fromEntries(
    Array.from(
      { length: count },
      (_, number) => [`relay-${number}`, { class: "relay", number }],
    ),
  );
  let process: Process;
  const start = await processorTime(async () => {
    process = await Process.create({
      config: { module, log: { level: "error" } },
      modules: [relay],
    });
    await process.start();
  });
  await process!.context.publish("scale.start", 1);
  const stop = await processorTime(async () => void await process.stop());
  expectAll(received.length, count);
  return { "create and start": start / 1_000, stop: stop / 1_000 };
}
