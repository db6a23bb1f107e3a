import { CaryatidError, type ErrorCode } from "@caryatid/sdk";
import type {
  BusConfig,
  ModuleConfig,
  Problem,
  ProcessConfig,
} from "../config/process_config.ts";
import { askedOf } from "../isolation/grants.ts";
import { type GrantReview, reviewGrants } from "../isolation/review_grants.ts";
import { readConfigFiles } from "./config_files.ts";
import { importFlag, importHost } from "./import_hosts.ts";
import type { InspectOptions } from "./inspection/child.ts";
import { inspectAll } from "./inspection/inspect.ts";
import type { Complaint, Inspection, Kind } from "./inspection/inspection.ts";
import { taskOf } from "./inspection/task_of.ts";
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
    ...config.modules.map((of) => ({ task: taskOf("module", of), of })),
    ...config.buses.map((of) => ({ task: taskOf("message-bus", of), of })),
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
  return { files, project, config, parts, ...await review(config, parts) };
}

/** All that can be told of it, in the order in which it is found. */
async function review(
  config: ProcessConfig,
  parts: readonly Part[],
): Promise<Pick<Subject, "problems" | "notices">> {
  const routes = reviewRoutes(config, parts);
  const topics = reviewTopics(config, parts);
  const grants = await reviewAllGrants(config, parts);
  const problems = await placed(config, [
    ...parts.flatMap(({ inspection }) => inspection.problems),
    ...routes.problems,
    ...topics.problems,
  ]);
  const notices = await placed(config, [
    ...parts.flatMap(({ inspection }) => inspection.notices),
    ...routes.notices,
    ...topics.notices,
    ...reviewProcesses(config, parts),
  ]);
  return {
    problems: [...problems, ...grants.problems.map(coded)],
    notices: [
      ...[...config.notices, ...grants.notices].map(coded),
      ...notices,
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
