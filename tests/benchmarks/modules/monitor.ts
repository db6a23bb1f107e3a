import { ModuleContext } from "@caryatid/sdk/internal/host";
import { InMemoryBus } from "@caryatid/sdk/bus";
import { RoutingBus } from "../../../process/buses/routing.ts";
import { ModuleMonitor } from "../../../process/monitor/module_monitor.ts";
import { perThreadSecond, readAll } from "../core/count.ts";
import type { Case } from "../harness.ts";

const MESSAGES = 100_000;
const ROUNDS = 30;
const TOPIC = "bench.monitor";

/**
 * Throughput of a monitored module compared with one without a monitor. The
 * module publishes and reads in one loop; each publish is awaited.
 */
export const monitor: Case = {
  name: "monitor",
  unit: "/s",
  run: bestRounds,
  ratio: ["on", "off"],
  goals: [{ of: "ratio", least: 0.85 }],
  remark: "a process with [monitor] and one without, each through " +
    "context, routing and queue",
};

/**
 * Runs both variants in turns and returns the best round of each: another
 * program on the machine slows a few rounds, not all.
 */
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
  const received = context.subscribe(TOPIC);
  const rate = await perThreadSecond(MESSAGES, async () => {
    const read = readAll(received, MESSAGES);
    for (let i = 0; i < MESSAGES; i++) await context.publish(TOPIC, i);
    await read;
  });
  await context.close();
  await routing.close();
  return rate;
}
