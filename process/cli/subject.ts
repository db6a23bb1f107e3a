import { CaryatidError, type ErrorCode } from "@caryatid/sdk";
import type {
  BusConfig,
  ModuleConfig,
  Problem,
  ProcessConfig,
} from "../config/process_config.ts";
import { askedOf } from "../isolation/grants.ts";
import { type GrantReview, reviewGrants } from "../isolation/review_grants.ts";
import { resolveSpecifier } from "../loader.ts";
import { standardImport } from "../standard_classes.ts";
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
import { WaitingInspector } from "./inspection/waiting_inspector.ts";
import { LockCopy } from "./lock_copy.ts";
import { findProject, type Project } from "./project.ts";
import { reviewProcesses } from "./review_processes.ts";
import { reviewRoutes } from "./review_routes.ts";
import { reviewTopics } from "./review_topics.ts";

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

/** Whether its code runs elsewhere than in the process that the configuration is of. */
export function isIsolated({ config }: Part): boolean {
  return config.isolation !== "none";
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
  await using waiting = new WaitingInspector(
    inspectOptions({ importHosts: undefined }, []),
  );
  const config = await readConfigFiles(files, options.process);
  const all = [
    ...config.modules.map((one) => taskOf("module", one)),
    ...config.buses.map((one) => taskOf("message-bus", one)),
  ];
  const tasks = all.map(({ task }) => task);
  const specifiers = tasks.map(({ specifier }) => specifier);
  const inspections = await inspectAll(tasks, {
    ...inspectOptions(config, specifiers),
    waiting,
  });
  const parts = all.map(({ task, of }, index): Part => ({
    kind: task.kind,
    config: of,
    specifier: task.specifier,
    inspection: inspections[index]!,
  }));
  const routes = reviewRoutes(config, parts);
  const processes = reviewProcesses(config, parts);
  const topics = reviewTopics(config, parts);
  const grants = await reviewAllGrants(config, parts);
  const problems = parts.flatMap(({ inspection }) => inspection.problems);
  const notices = parts.flatMap(({ inspection }) => inspection.notices);
  return {
    files,
    project,
    config,
    parts,
    problems: [
      ...await placed(config, [
        ...problems,
        ...routes.problems,
        ...topics.problems,
      ]),
      ...grants.problems.map(coded),
    ],
    notices: [
      ...[...config.notices, ...grants.notices].map(coded),
      ...await placed(config, [
        ...notices,
        ...routes.notices,
        ...topics.notices,
        ...processes,
      ]),
    ],
  };
}

/** The flags by which Deno may import these, and nothing from elsewhere. */
export function sourceFlags(
  { importHosts: only }: Pick<ProcessConfig, "importHosts">,
  specifiers: readonly (string | undefined)[],
  lock: LockCopy,
  { flags = [], allowImport: more = [] }: SubjectOptions,
): string[] {
  checkFlags(flags);
  const hosts = specifiers.flatMap((one) => importHost(one) ?? []);
  return [...flags, ...lock.flags, ...importFlag({ hosts, more, only })];
}

/** Of those whose code could be asked. */
async function reviewAllGrants(
  config: ProcessConfig,
  parts: readonly Part[],
): Promise<GrantReview> {
  const problems: Problem[] = [];
  const notices: Problem[] = [];
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

function coded(problem: Problem): CodedProblem {
  return { ...problem, code: "INVALID_CONFIG" };
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
