import { readBuses, readRouter } from "./buses.ts";
import { readJail } from "./code_keys.ts";
import {
  checkEnvPrefix,
  type ConfigInput,
  DEFAULT_PREFIX,
  ourVariables,
  readLayer,
  readVariables,
} from "./input.ts";
import { Layers } from "./layers.ts";
import { readModules } from "./modules.ts";
import type {
  CodeSource,
  ConfigProblem,
  ProcessConfig,
} from "./process_config.ts";
import { type Finding, Report, TableReader } from "./table_reader.ts";
import {
  checkProcess,
  limitedTo,
  noticeDeadKeys,
  readLifecycle,
  readLog,
  readMonitor,
  readProcesses,
  readStartup,
  readTracing,
} from "./settings.ts";

export type { ConfigInput };

/** Options of {@linkcode readConfig}. */
export interface ReadOptions {
  /**
   * Environment variables that override keys. By default those of the platform
   * for which permission is granted already; the reader never prompts.
   */
  readonly env?: Readonly<Record<string, string>> | undefined;
  /** Prefix of those variables, without the underscore after it (CARYATID). */
  readonly envPrefix?: string | undefined;
  /**
   * Names of variables to read in addition to those of known keys, if the
   * permission does not allow to list all variables.
   */
  readonly variables?: readonly string[] | undefined;
  /**
   * Name of a `[process.<name>]`: only its modules are read. By default all
   * modules are read.
   */
  readonly process?: string | undefined;
  /** Base of relative paths in a text, an object or the environment. */
  readonly base?: URL | undefined;
  /** Aborts reading. */
  readonly signal?: AbortSignal | undefined;
}

/** Top-level tables of a configuration. */
const TABLES: ReadonlySet<string> = new Set([
  "global",
  "import",
  "isolation",
  "lifecycle",
  "log",
  "message-bus",
  "message-correlator",
  "message-router",
  "module",
  "monitor",
  "process",
  "tracing",
]);

/**
 * Reads and checks a configuration of one or several sources and the
 * environment. Tables merge, and later sources override earlier ones.
 *
 * @throws {ConfigError} `INVALID_CONFIG`, with all problems
 * @throws {CaryatidError} `PERMISSION_DENIED` for a URL that Deno may not read,
 * `ABORTED` if the signal fires, `INVALID_OPTION` for a prefix that no variable
 * can have
 */
export async function readConfig(
  input: ConfigInput | readonly ConfigInput[],
  options: ReadOptions = {},
): Promise<ProcessConfig> {
  const { config, problems } = await readFaultyConfig(input, options);
  if (problems.length > 0) await throwProblems(problems);
  return config;
}

/** A configuration with its problems. */
export interface FaultyConfig {
  /** Every rejected value has its default here, or is missing. */
  readonly config: ProcessConfig;
  /** All problems, in the order of the files. */
  readonly problems: readonly ConfigProblem[];
}

/**
 * Like {@linkcode readConfig}, but returns problems of tables and keys, so that
 * the caller can look for further problems.
 *
 * @throws {CaryatidError} the errors of `readConfig`; `INVALID_CONFIG` only for
 * a source that cannot be read or parsed
 */
export async function readFaultyConfig(
  input: ConfigInput | readonly ConfigInput[],
  options: ReadOptions = {},
): Promise<FaultyConfig> {
  const prefix = checkEnvPrefix(options.envPrefix ?? DEFAULT_PREFIX);
  const report = new Report();
  const layers = await readLayers(input, report, options);
  // An unreadable source would make correct keys look wrong.
  if (report.problems.length > 0) {
    await throwProblems(await problemsOf(report.problems, layers));
  }
  const given = options.env ??
    readVariables(layers.merged, prefix, options.variables);
  const variables = ourVariables(given, prefix);
  if (variables.length > 0) {
    const { addEnvironment } = await import("./environment.ts");
    const around = { prefix, topLevel: TABLES, report };
    await addEnvironment(layers, variables, around);
  }
  const config = await readTables(layers, report);
  const { process } = options;
  checkProcess(process, config.processes, report);
  return {
    config: {
      ...process === undefined ? config : limitedTo(config, process),
      envPrefix: prefix,
      variables: variables.map(([name]) => name),
      notices: await problemsOf(report.notices, layers),
      merged: layers.merged,
      place: (key) => layers.place(key),
    },
    problems: await problemsOf(report.problems, layers),
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
): Promise<
  Omit<
    ProcessConfig,
    "envPrefix" | "merged" | "notices" | "place" | "variables"
  >
> {
  const root = new TableReader([], layers.merged, report);
  const jail = readJail(root);
  const modules = await readModules(root, layers, report, jail);
  const buses = await readBuses(root, layers, report, jail);
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
    monitor: readMonitor(root, modules),
    tracing: readTracing(root),
  };
  noticeDeadKeys(root);
  root.end();
  return config;
}

/** Reads `[import]`. Loads the reader only if the table exists. */
async function readHosts(
  root: TableReader,
  parts: readonly (CodeSource & { readonly path: readonly string[] })[],
  report: Report,
): Promise<readonly string[] | undefined> {
  if (root.value("import") === undefined) return undefined;
  const { readImportHosts } = await import("./import_hosts.ts");
  return readImportHosts(root, parts, report);
}

async function throwProblems(
  problems: readonly ConfigProblem[],
): Promise<never> {
  const { ConfigError } = await import("./config_error.ts");
  throw new ConfigError(problems);
}

/**
 * Formats findings as problems. The code is loaded only if there are findings.
 */
async function problemsOf(
  findings: readonly Finding[],
  layers: Layers,
): Promise<ConfigProblem[]> {
  if (findings.length === 0) return [];
  const { toProblems } = await import("./problems.ts");
  return await toProblems(findings, (key) => layers.place(key));
}
