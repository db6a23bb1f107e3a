import { readBuses } from "./buses.ts";
import { type ConfigInput, readLayer } from "./input.ts";
import { Layers } from "./layers.ts";
import { readModules } from "./modules.ts";
import type { CodeSource, Problem, ProcessConfig } from "./process_config.ts";
import { checkProcess, limitedTo, readProcesses } from "./processes.ts";
import { type Finding, Report } from "./report.ts";
import { readRouter } from "./routes.ts";
import {
  noticeDeadKeys,
  readLifecycle,
  readLog,
  readMonitor,
  readStartup,
} from "./settings.ts";
import { TableReader } from "./table_reader.ts";
import { ourVariables, readVariables } from "./variables.ts";

export type { ConfigInput };

/** What {@linkcode readConfig} takes besides its sources. */
export interface ReadOptions {
  /**
   * The environment variables that may override. By default Deno's, as far as permission is granted already: nothing prompts.
   */
  readonly env?: Readonly<Record<string, string>> | undefined;
  /** The process to read of a file with `[process.<name>]`: its modules only. All of them unless given. */
  readonly process?: string | undefined;
  /** What paths are relative to that stand in a text, an object or the environment. */
  readonly base?: URL | undefined;
  /** Gives up reading. */
  readonly signal?: AbortSignal | undefined;
}

/** The tables of the process itself. */
const TABLES: ReadonlySet<string> = new Set([
  "global",
  "import",
  "lifecycle",
  "log",
  "message-bus",
  "message-correlator",
  "message-router",
  "module",
  "monitor",
  "process",
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
  const layers = await readLayers(input, report, options);
  // What can't be read would make good keys look wrong.
  await throwProblems(report, layers);
  const variables = ourVariables(options.env ?? readVariables(layers.merged));
  if (variables.length > 0) {
    const { addEnvironment } = await import("./environment.ts");
    await addEnvironment(layers, variables, TABLES, report);
  }
  const config = await readTables(layers, report);
  const { process } = options;
  checkProcess(process, config.processes, report);
  await throwProblems(report, layers);
  return {
    ...process === undefined ? config : limitedTo(config, process),
    notices: await problemsOf(report.notices, layers),
    place: (key) => layers.place(key),
  };
}

async function readLayers(
  input: ConfigInput | readonly ConfigInput[],
  report: Report,
  { base, signal }: ReadOptions,
): Promise<Layers> {
  const layers = new Layers(base);
  const inputs: readonly ConfigInput[] = Array.isArray(input) ? input : [input];
  for (const [index, one] of inputs.entries()) {
    if (signal?.aborted) await throwAborted(signal);
    const name = inputs.length === 1 ? "<config>" : `<config ${index + 1}>`;
    layers.add(await readLayer(one, name, report, signal));
  }
  return layers;
}

async function throwAborted(signal: AbortSignal): Promise<never> {
  const { abortedError } = await import("./config_error.ts");
  throw abortedError(signal);
}

async function readTables(
  layers: Layers,
  report: Report,
): Promise<Omit<ProcessConfig, "notices" | "place">> {
  const root = new TableReader([], layers.merged, report);
  const modules = await readModules(root, layers, report);
  const buses = await readBuses(root, layers, report);
  const { routes, requestTimeout } = readRouter(root, buses, report);
  const names = await layers.idsIn("process");
  const config = {
    modules,
    processes: readProcesses(root, names, modules, report),
    process: undefined,
    buses,
    routes,
    requestTimeout,
    ...readStartup(root),
    ...readLifecycle(root),
    importHosts: await readHosts(root, [...modules, ...buses], report),
    log: readLog(root, modules, report),
    monitor: readMonitor(root),
  };
  noticeDeadKeys(root);
  root.end();
  return config;
}

/** Its code is loaded only where there is an `[import]`. */
async function readHosts(
  root: TableReader,
  parts: readonly (CodeSource & { readonly path: readonly string[] })[],
  report: Report,
): Promise<readonly string[] | undefined> {
  if (root.value("import") === undefined) return undefined;
  const { readImportHosts } = await import("./import_hosts.ts");
  return readImportHosts(root, parts, report);
}

async function throwProblems(report: Report, layers: Layers): Promise<void> {
  const problems = await problemsOf(report.problems, layers);
  if (problems.length === 0) return;
  const { ConfigError } = await import("./config_error.ts");
  throw new ConfigError(problems);
}

/** What only a wrong configuration needs is loaded here: it takes longer than to read a right one. */
async function problemsOf(
  findings: readonly Finding[],
  layers: Layers,
): Promise<Problem[]> {
  if (findings.length === 0) return [];
  const { settle } = await import("./settle.ts");
  return await settle(findings, (key) => layers.place(key));
}
