import { nearest } from "@caryatid/process/internal/config";
import { filePath } from "@caryatid/process/internal/platform";
import type { Finding, Inspection, Task } from "./inspection.ts";

/**
 * Adds the name of a similar file to problems of a task whose own file does not
 * exist. The code that inspects tasks may not read folders.
 */
export function withNearFile(task: Task, inspection: Inspection): Inspection {
  const near = nearFile(task);
  if (near === undefined) return inspection;
  const hint = `Write "${near}".`;
  return {
    ...inspection,
    problems: inspection.problems.map((problem) =>
      isMissing(problem, task) ? { ...problem, hint } : problem
    ),
  };
}

function isMissing({ code, message }: Finding, task: Task): boolean {
  return code === "LOAD_FAILED" && message.includes("Module not found") &&
    message.includes(task.specifier!);
}

/** Returns the specifier of a file in the same folder with a similar name. */
function nearFile({ specifier, import: written }: Task): string | undefined {
  if (!specifier?.startsWith("file:") || written === undefined) return;
  const folder = new URL(".", specifier);
  const name = filePath(specifier).slice(filePath(folder).length);
  const near = nearest(name, namesIn(folder));
  return near === undefined || !written.endsWith(name)
    ? undefined
    : written.slice(0, -name.length) + near;
}

function namesIn(folder: URL): readonly string[] {
  try {
    const all = [...Deno.readDirSync(folder)];
    return all.flatMap(({ name, isFile }) => isFile ? name : []);
  } catch {
    return []; // without the folder no file is similar
  }
}
