import { CaryatidError } from "@caryatid/sdk";
import type { ConfigProblem } from "@caryatid/process";
import {
  type BusConfig,
  dottedKey,
  inFileOrder,
  limitedTo,
  type ModuleConfig,
  type ProcessConfig,
} from "@caryatid/process/internal/config";
import { askedOf, reviewGrants } from "@caryatid/process/internal/rights";
import { inspectAll } from "../inspection/inspect.ts";
import type {
  CodedProblem,
  Finding,
  Kind,
  Part,
} from "../inspection/inspection.ts";
import type { InspectOptions } from "../inspection/inspector_process.ts";
import { taskOf } from "../inspection/task_of.ts";
import { readFaultyFiles } from "../project/config_files.ts";
import { importFlag, importHost } from "../project/import_hosts.ts";
import { LockCopy } from "../project/lock_copy.ts";
import { configFlag, findProject, type Project } from "../project/project.ts";
import { PROCESS_RULES } from "./process_rules.ts";
import { ROUTE_RULES } from "./route_rules.ts";
import { refusedDataImports } from "./data_imports.ts";
import { ReviewContext } from "./rule.ts";
import { TOPIC_RULES } from "./topic_rules.ts";

/**
 * A configuration with everything that can be found out without starting it.
 */
export interface CheckedConfig {
  readonly files: readonly URL[];
  readonly project: Project;
  readonly config: ProcessConfig;
  /** Modules, then buses, each in the order of the file. */
  readonly parts: readonly Part[];
  readonly problems: readonly CodedProblem[];
  readonly notices: readonly CodedProblem[];
}

/** Options of {@linkcode readCheckedConfig}. */
export interface CheckOptions extends Omit<InspectOptions, "project"> {
  /**
   * Hosts that code may be imported from, in addition to those of the
   * configuration; "" for all.
   */
  readonly allowImport?: readonly string[] | undefined;
  /** The `[process.<name>]` to check; all of them unless set. */
  readonly process?: string | undefined;
  /** True if the inspections list the keys of sections, too (false). */
  readonly listsKeys?: boolean | undefined;
  /** Prefix of variables that override the configuration (CARYATID). */
  readonly envPrefix?: string | undefined;
}

/**
 * Reads a configuration and inspects its modules and buses. Nothing is started.
 *
 * @throws {CaryatidError} the errors of `readConfig`: a configuration that
 * cannot be read names no modules
 */
export async function readCheckedConfig(
  files: readonly URL[],
  options: CheckOptions = {},
): Promise<CheckedConfig> {
  const project = findProject(files);
  using lock = LockCopy.of(project, options.flags);
  const inspectOptions = (
    config: Pick<ProcessConfig, "importHosts">,
    specifiers: readonly (string | undefined)[],
  ) => ({
    ...options,
    project,
    flags: sourceFlags(config, specifiers, lock, options),
  });
  const { config, problems: faults } = await readFaultyFiles(files, options);
  const { listsKeys = false } = options;
  const taskFor = (kind: Kind, of: ModuleConfig | BusConfig) => ({
    ...taskOf(kind, of),
    isolated: of.isolation !== "none",
    listsKeys,
  });
  const all = [
    ...config.modules.map((of) => ({ task: taskFor("module", of), of })),
    ...config.buses.map((of) => ({ task: taskFor("message-bus", of), of })),
  ];
  const tasks = all.map(({ task }) => task);
  const specifiers = tasks.map(({ specifier }) => specifier);
  const { flags, ...rest } = inspectOptions(config, specifiers);
  const refused = await refusedDataImports(all, [
    configFlag(project),
    ...flags,
  ]);
  const inspected = tasks.filter((task) => !refused.has(task));
  const found = await inspectAll(inspected, { ...rest, flags });
  const inspections = new Map([
    ...refused,
    ...inspected.map((task, index) => [task, found[index]!] as const),
  ]);
  const parts = all.map(({ task, of }): Part => ({
    kind: task.kind,
    config: of,
    specifier: task.specifier,
    inspection: inspections.get(task)!,
  }));
  return {
    files,
    project,
    config,
    parts,
    ...await review(config, parts, faults),
  };
}

/**
 * Limits a configuration to one of its processes: to its modules and all buses,
 * since any module may use any bus.
 */
export function limitedToProcess(
  checked: CheckedConfig,
  name: string,
): CheckedConfig {
  const config = limitedTo(checked.config, name);
  const ids = new Set(config.modules.map(({ id }) => id));
  const parts = checked.parts.filter(({ kind, config: { id } }) =>
    kind !== "module" || ids.has(id)
  );
  return { ...checked, config, parts };
}

/**
 * Returns the flags by which Deno may import these specifiers, and nothing from
 * other hosts.
 */
export function sourceFlags(
  { importHosts: only }: Pick<ProcessConfig, "importHosts">,
  specifiers: readonly (string | undefined)[],
  lock: LockCopy,
  { flags = [], allowImport: more = [] }: CheckOptions,
): string[] {
  if (flags.includes("--reload") && flags.includes("--cached-only")) {
    throw new CaryatidError(
      "INVALID_OPTION",
      "Cannot combine --reload with --cached-only; expected one of them",
    );
  }
  const hosts = specifiers.flatMap((one) => importHost(one) ?? []);
  return [...flags, ...lock.flags, ...importFlag({ hosts, more, only })];
}

/** Looks up the places of findings. */
export async function located(
  config: ProcessConfig,
  findings: readonly Finding[],
): Promise<CodedProblem[]> {
  const problems: CodedProblem[] = [];
  for (
    const { code, key, dotted = dottedKey(key), message, hint } of findings
  ) {
    const place = await config.place(key);
    problems.push({ code, key: dotted, place, message, hint });
  }
  return problems;
}

/** Keys that name the code of a module or bus. */
const NAMES_OF_CODE = ["class", "import", "integrity"];

async function review(
  config: ProcessConfig,
  parts: readonly Part[],
  faults: readonly ConfigProblem[],
): Promise<Pick<CheckedConfig, "problems" | "notices">> {
  const context = new ReviewContext(config, parts);
  // The rules compare tables, and would report each fault a second time.
  const rules = faults.length > 0
    ? []
    : [...ROUTE_RULES, ...TOPIC_RULES, ...PROCESS_RULES];
  const found = rules.flatMap((rule) => [...rule(context)]);
  const grants = await grantProblems(config, parts);
  const faulty = new Set(faults.map(({ key }) => key));
  const problems = await located(config, [
    ...parts.flatMap(({ config: { path }, inspection }) =>
      NAMES_OF_CODE.some((key) => faulty.has(dottedKey([...path, key])))
        ? []
        : inspection.problems
    ),
    ...found.filter(({ severity }) => severity === "problem"),
  ]);
  const notices = await located(config, [
    ...parts.flatMap(({ inspection }) => inspection.notices),
    ...found.filter(({ severity }) => severity === "notice"),
  ]);
  return {
    problems: inFileOrder([
      ...faults.map(withCode),
      ...problems,
      ...grants.problems.map(withCode),
    ]),
    notices: [
      ...[...config.notices, ...grants.notices].map(withCode),
      ...notices,
    ],
  };
}

/** Reviews the grants of parts whose permissions are known. */
async function grantProblems(
  config: ProcessConfig,
  parts: readonly Part[],
): Promise<{ problems: ConfigProblem[]; notices: ConfigProblem[] }> {
  const problems: ConfigProblem[] = [];
  const notices: ConfigProblem[] = [];
  for (const { kind, config: of, inspection } of parts) {
    if (inspection.problems.length > 0) continue;
    if (kind === "message-bus" && of.isolation === "none") continue;
    const asked = askedOf(inspection.permissions, inspection.declared);
    const found = await reviewGrants(of, asked, config);
    problems.push(...found.problems);
    notices.push(...found.notices);
  }
  return { problems, notices };
}

function withCode(problem: ConfigProblem): CodedProblem {
  return { ...problem, code: "INVALID_CONFIG" };
}
