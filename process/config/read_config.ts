import { readBuses } from "./buses.ts";
import { ConfigError, throwIfAborted } from "./config_error.ts";
import { addEnvironment } from "./environment.ts";
import { type ConfigInput, readLayer } from "./input.ts";
import type { KeyPath } from "./key_path.ts";
import { Layers } from "./layers.ts";
import { readModules } from "./modules.ts";
import type { ProcessConfig } from "./process_config.ts";
import { Report, settle } from "./report.ts";
import { readRouter } from "./routes.ts";
import {
  noticeDeadKeys,
  readLifecycle,
  readLog,
  readMonitor,
  readStartupTopic,
} from "./settings.ts";
import { TableReader } from "./table_reader.ts";
import { readVariables } from "./variable_names.ts";

export type { ConfigInput };

/** What {@linkcode readConfig} takes besides its sources. */
export interface ReadOptions {
  /**
   * The environment variables that may override. By default Deno's, as far as permission is granted already: nothing prompts.
   */
  readonly env?: Readonly<Record<string, string>> | undefined;
  /** Gives up reading. */
  readonly signal?: AbortSignal | undefined;
}

/** The tables of the process itself. */
const TABLES: ReadonlySet<string> = new Set([
  "global",
  "lifecycle",
  "log",
  "message-bus",
  "message-correlator",
  "message-router",
  "module",
  "monitor",
]);

/**
 * Reads a configuration, or several laid over each other (tables merge, later ones win), then the environment, and checks it.
 *
 * @throws {ConfigError} `INVALID_CONFIG`, with all that is wrong
 * @throws {CaryatidError} `PERMISSION_DENIED` for a URL that Deno may not read, `ABORTED` if the signal fires
 */
export async function readConfig(
  input: ConfigInput | readonly ConfigInput[],
  options: ReadOptions = {},
): Promise<ProcessConfig> {
  const report = new Report();
  const layers = await readLayers(input, report, options.signal);
  // What can't be read would make good keys look wrong.
  await throwProblems(report, layers);
  const variables = options.env ?? readVariables(layers.merged);
  addEnvironment(layers, variables, TABLES, report);
  const config = await readTables(layers, report);
  await throwProblems(report, layers);
  const place = (key: KeyPath) => layers.place(key);
  return { ...config, notices: await settle(report.notices, place), place };
}

async function readLayers(
  input: ConfigInput | readonly ConfigInput[],
  report: Report,
  signal: AbortSignal | undefined,
): Promise<Layers> {
  const layers = new Layers();
  const inputs: readonly ConfigInput[] = Array.isArray(input) ? input : [input];
  for (const [index, one] of inputs.entries()) {
    throwIfAborted(signal);
    const name = inputs.length === 1 ? "<config>" : `<config ${index + 1}>`;
    layers.add(await readLayer(one, name, report, signal));
  }
  return layers;
}

async function readTables(
  layers: Layers,
  report: Report,
): Promise<Omit<ProcessConfig, "notices" | "place">> {
  const root = new TableReader([], layers.merged, report);
  const modules = await readModules(root, layers, report);
  const buses = await readBuses(root, layers, report);
  const { routes, requestTimeout } = readRouter(root, buses, report);
  const config = {
    modules,
    buses,
    routes,
    requestTimeout,
    startupTopic: readStartupTopic(root, report),
    ...readLifecycle(root),
    log: readLog(root, modules, report),
    monitor: readMonitor(root),
  };
  noticeDeadKeys(root);
  root.end();
  return config;
}

async function throwProblems(report: Report, layers: Layers): Promise<void> {
  if (report.problems.length === 0) return;
  throw new ConfigError(
    await settle(report.problems, (key) => layers.place(key)),
  );
}
