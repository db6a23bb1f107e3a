import { CaryatidError } from "@caryatid/sdk";
import type { SwappingFactory } from "@caryatid/sdk/internal/host/swapping";
import type { MonitorConfig, ProcessConfig } from "./config/process_config.ts";
import { readConfig, type ReadOptions } from "./config/read_config.ts";
import { Logging } from "./lifecycle/logging.ts";
import type { LifecycleParts, RunningMonitor } from "./lifecycle/parts.ts";
import { assembleBus } from "./loading/assembly.ts";
import type { LaunchOptions } from "./loading/launch_options.ts";
import { Registry } from "./loading/registry.ts";
import type { ProcessMonitorOptions } from "./monitor/process_monitor.ts";
import { platform } from "./platform/deno.ts";
import type { ProcessOptions } from "./process_options.ts";
import type {
  ProcessTracing,
  ProcessTracingOptions,
} from "./tracing/process_tracing.ts";

/** Result of {@linkcode createParts}. */
export interface CreatedParts {
  readonly parts: LifecycleParts;
  /** Options with which the configuration was read. */
  readonly reading: ReadOptions;
}

/**
 * Reads and checks the configuration, and creates the parts of a process.
 * Connects nothing yet, and loads no code of parts that are off.
 *
 * Rejects as `Process.create` does.
 *
 * @param isHeld true if the program holds the process, so that a module can
 * call its `stop`
 */
export async function createParts(
  options: ProcessOptions,
  isHeld: boolean,
): Promise<CreatedParts> {
  platform.checkVersion();
  const { base, clock, modules = [], buses = [] } = options;
  const start = base === undefined ? undefined : baseUrl(base);
  const launch: ProcessOptions & LaunchOptions = options;
  const { env, envPrefix, process, variables } = launch;
  const reading = { env, envPrefix, process, variables, base: start };
  const config = await readConfig(options.config, reading);
  const registry = new Registry(launch, start, config.tracing !== undefined);
  for (const bus of buses) registry.registerBus(bus);
  for (const module of modules) registry.registerModule(module);
  const logging = new Logging(config.log);
  const { bus, notices, failure } = await assembleBus(
    config,
    registry,
    (id) => logging.log(id),
  );
  const log = logging.log();
  const swapping = await loadSwapping(
    options.swappable || canRestart(config.monitor),
  );
  const tracing = await createTracing(config, { bus, log, clock });
  if (tracing) logging.position = () => tracing.active();
  const monitor = await createMonitor(config.monitor, { bus, log, clock });
  const parts: LifecycleParts = {
    config,
    registry,
    logging,
    bus,
    notices: [...config.notices, ...notices],
    busFailure: failure,
    clock,
    monitor,
    tracing,
    swapping,
    isHeld,
  };
  return { parts, reading };
}

function baseUrl(base: string | URL): URL {
  const url = URL.parse(String(base));
  if (url) return url;
  throw new CaryatidError(
    "INVALID_OPTION",
    `Cannot use the base ${JSON.stringify(base)}: expected an absolute URL`,
    { hint: "Pass import.meta.url." },
  );
}

/** Returns true if requests may start modules again. */
function canRestart(monitor: MonitorConfig | undefined): boolean {
  const control = monitor?.control ?? [];
  return control.includes("restart") || control.includes("swap");
}

/**
 * Loads the code of swaps only if it is used, because each file lengthens a
 * start.
 */
async function loadSwapping(
  swappable = false,
): Promise<SwappingFactory | undefined> {
  if (!swappable) return undefined;
  const { Swapping } = await import("@caryatid/sdk/internal/host/swapping");
  return (bus) => new Swapping(bus);
}

/** Creates the tracing, loading its code only if it is configured. */
async function createTracing(
  { tracing: config, process }: ProcessConfig,
  parts: Omit<ProcessTracingOptions, "config" | "process">,
): Promise<ProcessTracing | undefined> {
  if (config === undefined) return undefined;
  const { ProcessTracing } = await import("./tracing/process_tracing.ts");
  return new ProcessTracing({
    config,
    process: process ?? "process",
    ...parts,
  });
}

/** Creates the monitor, loading its code only if it is configured. */
async function createMonitor(
  config: MonitorConfig | undefined,
  parts: Omit<ProcessMonitorOptions, "config">,
): Promise<RunningMonitor | undefined> {
  if (config === undefined) return undefined;
  const { ProcessMonitor } = await import("./monitor/process_monitor.ts");
  return new ProcessMonitor({ config, ...parts });
}
