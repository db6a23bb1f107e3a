import { ModuleContext } from "@caryatid/sdk/host";
import { InMemoryBus } from "../../../process/buses/in_memory.ts";
import { RoutingBus } from "../../../process/buses/routing.ts";
import { ModuleMonitor } from "../../../process/monitor/module_monitor.ts";
import { perSecond, readAll } from "../core/count.ts";
import type { Case } from "../harness.ts";

const MESSAGES = 100_000;
const ROUNDS = 30;
const TOPIC = "bench.monitor";

/** What it costs to count: every publish awaited, one loop that reads, all in one module that is watched or not. */
export const monitor: Case = {
  name: "monitor",
  unit: "/s",
  run: bestRounds,
  ratio: ["on", "off"],
  goals: [{ of: "ratio", least: 0.85 }],
  remark: "a process with [monitor] and one without, each through " +
    "context, routing and queue",
};

/** In turns, and the best of each: a neighbour on the machine spoils a few rounds, not all. */
async function bestRounds(): Promise<{ on: number; off: number }> {
  const best = { on: 0, off: 0 };
  for (let round = 0; round < ROUNDS; round++) {
    best.on = Math.max(best.on, await publish(true));
    best.off = Math.max(best.off, await publish(false));
  }
  return best;
}

async function publish(on: boolean): Promise<number> {
  const routing = new RoutingBus(
    [{ pattern: "#", buses: ["memory"] }],
    new Map([["memory", new InMemoryBus()]]),
  );
  const watched = new ModuleMonitor(undefined);
  const bus = on ? watched.watch("bench", routing) : routing;
  const log = { debug() {}, info() {}, warn() {}, error() {} };
  const context = new ModuleContext({ id: "bench", bus, log });
  context.begin();
  const heard = context.subscribe(TOPIC);
  const rate = await perSecond(MESSAGES, async () => {
    const read = readAll(heard, MESSAGES);
    for (let i = 0; i < MESSAGES; i++) await context.publish(TOPIC, i);
    await read;
  });
  await context.close();
  await routing.close();
  return rate;
}
