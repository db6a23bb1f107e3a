import type { Log, MessageBus } from "@caryatid/sdk";
import { InMemoryBus } from "@caryatid/sdk/bus";
import { ModuleContext } from "@caryatid/sdk/internal/host";
import { BusStack } from "../../../process/buses/stack.ts";
import { RoutingBus } from "../../../process/buses/routing.ts";
import { ModuleMonitor } from "../../../process/monitor/module_monitor.ts";
import { ProcessTracing } from "../../../process/tracing/process_tracing.ts";
import process from "node:process";
import { readAll } from "../core/count.ts";

const silent: Log = { debug() {}, info() {}, warn() {}, error() {} };
const TOPIC = "bench.observed";

/** Layers between a module and its bus, as `BusStack` puts them together. */
export interface Variant {
  /** True with `[monitor]`, which counts everything for metrics. */
  readonly metrics?: boolean;
  /** Share of `[tracing]`. */
  readonly sample?: number;
  /** Maximum number of traces that begin per second (1,000, the default). */
  readonly tracesPerSecond?: number;
}

/**
 * Returns the number of messages per second of processor time that one loop
 * publishes, each one awaited, and another loop reads. Processor time changes
 * less than the time of day while other programs run.
 */
export async function publishRate(
  variant: Variant,
  messages: number,
): Promise<number> {
  const bus = new RoutingBus(
    [{ pattern: "#", buses: ["memory"] }],
    new Map([["memory", new InMemoryBus()]]),
  );
  const tracing = tracingOf(variant, bus);
  const stack = new BusStack({
    routingBus: bus,
    monitor: variant.metrics ? new ModuleMonitor(undefined) : undefined,
    tracing,
    log: () => silent,
  });
  const context = new ModuleContext({
    id: "process",
    bus: stack.forProgram(),
    tracing: stack.tracer({ id: "process", isolation: "none" }),
    log: silent,
  });
  context.begin();
  const deliveries = context.subscribe(TOPIC, { queueSize: 100 });
  const read = Promise.withResolvers<void>();
  context.run(() => readAll(deliveries, messages).then(read.resolve));
  const before = process.cpuUsage().user;
  for (let i = 0; i < messages; i++) await context.publish(TOPIC, i);
  await read.promise;
  const rate = messages / ((process.cpuUsage().user - before) / 1e6);
  await context.close();
  await tracing?.stop();
  await bus.close();
  return rate;
}

function tracingOf(
  { sample, tracesPerSecond = 1_000 }: Variant,
  bus: MessageBus,
): ProcessTracing | undefined {
  if (sample === undefined) return undefined;
  const config = { sample, tracesPerSecond, topic: undefined };
  return new ProcessTracing({
    config,
    bus,
    process: "bench",
    log: silent,
    clock: undefined,
  });
}
