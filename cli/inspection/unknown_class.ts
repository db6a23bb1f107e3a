import { Registry } from "@caryatid/process/internal/loading";
import type { Inspection, Task } from "./inspection.ts";
import { inspectTask } from "./inspector.ts";

/** Reports the class of a task that no process knows. */
export async function inspectUnknown(task: Task): Promise<Inspection> {
  const registry = new Registry({}, undefined);
  const base = task.base === undefined ? undefined : new URL(task.base);
  const wanted = { ...task, base };
  return await inspectTask(
    task,
    () =>
      task.kind === "module" ? registry.module(wanted) : registry.bus(wanted),
  );
}
