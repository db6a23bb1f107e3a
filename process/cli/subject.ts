import { CaryatidError, type ErrorCode } from "@caryatid/sdk";
import { standardImport } from "../classes.ts";
import type {
  BusConfig,
  ModuleConfig,
  Problem,
  ProcessConfig,
} from "../config/process_config.ts";
import { resolveSpecifier } from "../loader.ts";
import { readConfigFiles } from "./config_files.ts";
import { importFlag, importHost } from "./import_hosts.ts";
import type { InspectOptions } from "./inspection/child.ts";
import { inspectAll } from "./inspection/inspect.ts";
import type {
  Complaint,
  Inspection,
  Kind,
  Task,
} from "./inspection/inspection.ts";
import { LockCopy } from "./lock_copy.ts";
import { findProject, type Project } from "./project.ts";
import { reviewProcesses } from "./review_processes.ts";
import { reviewRoutes } from "./review_routes.ts";

/** A problem, with the code that a program tells it by. */
export interface CodedProblem extends Problem {
  readonly code: ErrorCode;
}

/** A module or bus of the configuration, and what its code says of itself. */
export interface Part {
  readonly kind: Kind;
  readonly config: ModuleConfig | BusConfig;
  /** What is imported: absolute, unless the import map knows it; undefined for what the process has built in. */
  readonly specifier: string | undefined;
  readonly inspection: Inspection;
}

/** A configuration with all that can be known of it without starting it. */
export interface Subject {
  readonly files: readonly URL[];
  readonly project: Project;
  readonly config: ProcessConfig;
  /** Modules, then buses, each in the order of the file. */
  readonly parts: readonly Part[];
  readonly problems: readonly CodedProblem[];
  readonly notices: readonly CodedProblem[];
}

/** What a command knows besides its files. */
export interface SubjectOptions extends Omit<InspectOptions, "project"> {
  /** Hosts that code may be imported from, besides those of the configuration; "" for all. */
  readonly allowImport?: readonly string[] | undefined;
  /** The process of the files that it is about; all of them unless given. */
  readonly process?: string | undefined;
}

/**
 * Reads a configuration, and looks into the modules and buses that it names. Nothing is started.
 *
 * @throws {CaryatidError} what `readConfig` throws: a configuration that can't be read names no modules
 */
export async function readSubject(
  files: readonly URL[],
  options: SubjectOptions = {},
): Promise<Subject> {
  const config = await readConfigFiles(files, options.process);
  const project = findProject(files);
  const all = [
    ...config.modules.map((one) => taskOf("module", one)),
    ...config.buses.map((one) => taskOf("message-bus", one)),
  ];
  const tasks = all.map(({ task }) => task);
  await using lock = await LockCopy.of(project, options.flags);
  const specifiers = tasks.map(({ specifier }) => specifier);
  const flags = sourceFlags(config, specifiers, lock, options);
  const inspections = await inspectAll(tasks, { ...options, flags, project });
  const parts = all.map(({ task, of }, index): Part => ({
    kind: task.kind,
    config: of,
    specifier: task.specifier,
    inspection: inspections[index]!,
  }));
  const routes = reviewRoutes(config, parts);
  const processes = reviewProcesses(config, parts);
  const problems = parts.flatMap(({ inspection }) => inspection.problems);
  const notices = parts.flatMap(({ inspection }) => inspection.notices);
  return {
    files,
    project,
    config,
    parts,
    problems: await placed(config, [...problems, ...routes.problems]),
    notices: [
      ...config.notices.map((notice) => ({
        ...notice,
        code: "INVALID_CONFIG" as const,
      })),
      ...await placed(config, [...notices, ...routes.notices, ...processes]),
    ],
  };
}

/** The flags by which Deno may import these, and nothing from elsewhere. */
export function sourceFlags(
  config: ProcessConfig,
  specifiers: readonly (string | undefined)[],
  lock: LockCopy,
  { flags = [], allowImport: more = [] }: SubjectOptions,
): string[] {
  checkFlags(flags);
  const hosts = specifiers.flatMap((one) => importHost(one) ?? []);
  const only = config.importHosts;
  return [...flags, ...lock.flags, ...importFlag({ hosts, more, only })];
}

function checkFlags(flags: readonly string[]): void {
  if (!flags.includes("--reload") || !flags.includes("--cached-only")) return;
  throw new CaryatidError(
    "INVALID_OPTION",
    "Cannot do both: found --reload and --cached-only, wanted one of them",
  );
}

function taskOf(
  kind: Kind,
  of: ModuleConfig | BusConfig,
): { task: Task; of: ModuleConfig | BusConfig } {
  const { id, className, path } = of;
  const section = "section" in of ? of.section : of.settings;
  const globalKeys = "globalKeys" in of ? [...of.globalKeys] : [];
  const specifier = specifierOf(kind, of);
  const task = {
    kind,
    id,
    className,
    path,
    section,
    globalKeys,
    specifier,
    import: of.import,
    integrity: of.integrity,
    base: of.base?.href,
  };
  return { task, of };
}

/** What is imported: absolute, unless the import map knows it. Standard classes are found here, where their import map is. */
export function specifierOf(
  kind: Kind,
  { import: specifier, base, className }: ModuleConfig | BusConfig,
): string | undefined {
  if (specifier === undefined) {
    const standard = standardImport(kind, className);
    return standard?.startsWith("jsr:")
      ? standard
      : standard && import.meta.resolve(standard);
  }
  try {
    return resolveSpecifier({ specifier, base });
  } catch (error) {
    // Told where it is loaded: the inspector finds the same.
    if (error instanceof CaryatidError) return specifier;
    throw error;
  }
}

/** Problems with their places. */
export async function placed(
  config: ProcessConfig,
  complaints: readonly Complaint[],
): Promise<CodedProblem[]> {
  const problems: CodedProblem[] = [];
  for (const { code, key, dotted, message, hint } of complaints) {
    const place = await config.place(key);
    problems.push({ code, key: dotted, place, message, hint });
  }
  return problems;
}
