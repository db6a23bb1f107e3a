import type { Inspection, Task } from "./inspection.ts";
import { InspectionCache } from "./inspection_cache.ts";
import type { InspectOptions } from "./inspector_process.ts";

/**
 * Computed specifiers: Deno reads the files of a literal import() at the start,
 * used or not. Most commands find all results in the cache.
 */
const INSPECTIONS: string = "./inspections.ts";
const NEAR_FILE: string = "./near_file.ts";
const UNKNOWN: string = "./unknown_class.ts";

/**
 * Inspects the code of each task in its own process, without permissions, and
 * in the jail if this machine has one. Missing code is downloaded first, by
 * Deno itself. Code that ends its process or does not finish becomes a problem.
 * Results are kept until the code, its section, or Deno changes.
 */
export async function inspectAll(
  tasks: readonly Task[],
  options: InspectOptions,
): Promise<Inspection[]> {
  const isReload = options.flags?.includes("--reload") ?? false;
  const cache = await InspectionCache.open(options);
  const found = new Map<Task, Inspection>();
  for (const task of tasks) {
    const known = task.specifier === undefined
      ? await inspectBuiltIn(task)
      : isReload
      ? undefined
      : await cache.get(task);
    if (known !== undefined) found.set(task, known);
  }
  const left = tasks.filter((task) => !found.has(task));
  if (left.length > 0) {
    const { Inspections } = await import(
      INSPECTIONS
    ) as typeof import("./inspections.ts");
    await new Inspections(left, options, cache, found).run(isReload);
    cache.save();
  }
  const inspections: Inspection[] = [];
  for (const task of tasks) {
    const inspection = found.get(task)!;
    inspections.push(
      inspection.problems.length === 0
        ? inspection
        : await explained(task, inspection),
    );
  }
  return inspections;
}

/** Adds the name of a similar file to a problem that a file is missing. */
async function explained(
  task: Task,
  inspection: Inspection,
): Promise<Inspection> {
  const { withNearFile } = await import(
    NEAR_FILE
  ) as typeof import("./near_file.ts");
  return withNearFile(task, inspection);
}

/**
 * Inspects a part without a specifier: the bus in memory, or a class that does
 * not exist.
 */
async function inspectBuiltIn(task: Task): Promise<Inspection> {
  const { inMemoryDefinition } = await import(
    "@caryatid/process/internal/inspection"
  );
  if (task.kind === "message-bus" && task.className === "in-memory") {
    const { inspectTask } = await import("./inspector.ts");
    return await inspectTask(task, () => Promise.resolve(inMemoryDefinition));
  }
  const { inspectUnknown } = await import(
    UNKNOWN
  ) as typeof import("./unknown_class.ts");
  return await inspectUnknown(task);
}
