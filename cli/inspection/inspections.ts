import { CaryatidError } from "@caryatid/sdk";
import { denoDirOf } from "@caryatid/process/internal/sealing";
import { safeEnvironment } from "../deno/deno_command.ts";
import { type DenoFault, denoFault } from "../deno/deno_fault.ts";
import { InspectedFiles } from "./code_files.ts";
import {
  failedInspection,
  type Inspection,
  loadProblem,
  type Task,
} from "./inspection.ts";
import type { InspectionCache } from "./inspection_cache.ts";
import { inspectionJail } from "./inspection_jail.ts";
import { inspectorRun, type RunResult } from "./inspector_run.ts";
import {
  type InspectOptions,
  inspectorSpecifier,
  type JailedCode,
  spawnInspector,
} from "./inspector_process.ts";
import { lockFault } from "./lock_check.ts";
import { download, isUncached, isUncachedText, prefetch } from "./prefetch.ts";

/** Default time to import one module, in milliseconds. */
const DEADLINE = 10_000;
/** Inspections at the same time, per core. */
const PER_CORE = 2;

/** Inspections without a known result. */
export class Inspections {
  readonly #tasks: readonly Task[];
  readonly #options: InspectOptions;
  readonly #cache: InspectionCache;
  readonly #found: Map<Task, Inspection>;
  /** True if the code of the inspector was missing, and is there now. */
  #fetched: Promise<boolean> | undefined;

  constructor(
    tasks: readonly Task[],
    options: InspectOptions,
    cache: InspectionCache,
    found: Map<Task, Inspection>,
  ) {
    this.#tasks = tasks;
    this.#options = options;
    this.#cache = cache;
    this.#found = found;
  }

  async run(isReload: boolean): Promise<void> {
    if (!isReload) await this.#inspect(this.#tasks);
    const missing = this.#tasks.filter((task) =>
      isReload || isUncached(this.#found.get(task))
    );
    if (missing.length === 0) return;
    const failed = await prefetch(missing, this.#options);
    for (const [task, inspection] of failed) this.#found.set(task, inspection);
    await this.#inspect(missing.filter((task) => !failed.has(task)));
  }

  async #inspect(tasks: readonly Task[]): Promise<void> {
    if (tasks.length === 0) return;
    const { project, flags = [] } = this.#options;
    const specifiers = [
      ...new Set([
        inspectorSpecifier(),
        ...tasks.map(({ specifier }) => specifier!),
      ]),
    ];
    const [files, jail, folder, fault] = await Promise.all([
      InspectedFiles.of(specifiers, project, flags),
      inspectionJail(),
      denoDirOf(safeEnvironment()),
      lockFault(specifiers, this.#options),
    ]);
    const own = files.closure(inspectorSpecifier());
    const queue = tasks.values();
    const work = async () => {
      for (const task of queue) {
        const needed = [
          ...new Set([...files.project, ...files.closure(task.specifier!)]),
        ];
        const isJailed = task.isolated || !this.#options.trustsProcessCode;
        const jailed = jail && isJailed &&
          { jail, denoDir: folder, files: needed, hasLock: !fault };
        const stamps = this.#cache.stampsOf([...needed, ...own]);
        const inspection = {
          ...await this.#inspectOne(task, jailed || undefined, fault),
          resolved: files.resolve(task.specifier!),
        };
        this.#found.set(task, inspection);
        if (files.isChangeable(task.specifier!)) continue;
        await this.#cache.set(task, inspection, stamps);
      }
    };
    const cores = navigator.hardwareConcurrency;
    await Promise.all(Array.from({ length: cores * PER_CORE }, work));
  }

  async #inspectOne(
    task: Task,
    jailed: JailedCode | undefined,
    fault: DenoFault | undefined,
  ): Promise<Inspection> {
    const own = fault && await lockFault([task.specifier!], this.#options);
    if (own !== undefined) return refused(task, own);
    const { inspection, refusal } = await this.#run(task, jailed);
    if (inspection) return inspection;
    if (!await (this.#fetched ??= fetchInspector(this.#options))) {
      return refused(task, refusal!);
    }
    const again = await this.#run(task, jailed);
    return again.inspection ?? refused(task, again.refusal!);
  }

  async #run(task: Task, jailed: JailedCode | undefined): Promise<RunResult> {
    const child = await spawnInspector(task, this.#options, jailed);
    return await inspectorRun(child, task, this.#options.deadline ?? DEADLINE);
  }
}

function refused(task: Task, { reason, hint }: DenoFault): Inspection {
  return failedInspection({ ...loadProblem(task, reason), hint });
}

/**
 * Downloads the code of the inspector itself. Returns true if it was missing.
 *
 * @throws {CaryatidError} `LOAD_FAILED` if the inspector does not run even
 * without tasks
 */
async function fetchInspector(options: InspectOptions): Promise<boolean> {
  const before = await inspectNothing(options);
  if (before === undefined) return false;
  if (!isUncachedText(before.reason)) throw cannotInspect(before);
  const fault = await download(inspectorSpecifier(), options) ??
    await inspectNothing(options);
  if (fault === undefined) return true;
  throw cannotInspect(fault);
}

/** Starts the inspector without a task. Returns the fault if that fails. */
async function inspectNothing(
  options: InspectOptions,
): Promise<DenoFault | undefined> {
  const child = await spawnInspector(undefined, options);
  const [{ code }, errors] = await Promise.all([
    child.status,
    new Response(ReadableStream.from(child.stderr)).text(),
    new Response(ReadableStream.from(child.stdout)).text(),
  ]);
  if (code === 0) return undefined;
  return denoFault(errors) ??
    { reason: "Deno does not start", hint: undefined };
}

function cannotInspect({ reason, hint }: DenoFault): CaryatidError {
  return new CaryatidError(
    "LOAD_FAILED",
    `Cannot inspect the modules: Deno reports ${reason}`,
    {
      hint: hint ??
        "Check that deno.json of the project fits this version of Caryatid.",
    },
  );
}
