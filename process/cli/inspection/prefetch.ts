import { configFlag } from "../project.ts";
import { type InspectOptions, safeEnvironment } from "./child.ts";
import {
  type Inspection,
  loadProblem,
  onlyComplaint,
  type Task,
} from "./inspection.ts";
import { TextLineStream } from "./lines.ts";

/** Whether the code, or something that it imports, has not been downloaded yet. */
export function isUncached(inspection: Inspection | undefined): boolean {
  return inspection?.problems.some(({ message }) =>
    /not found in cache|--cached-only is specified/.test(message)
  ) ?? false;
}

/** Downloads what the tasks import, and runs nothing of it. Gives those whose code can't be had, and why. */
export async function prefetch(
  tasks: readonly Task[],
  options: InspectOptions,
): Promise<Map<Task, Inspection>> {
  const refused = new Map<Task, Inspection>();
  const specifiers = Map.groupBy(tasks, ({ specifier }) => specifier!);
  if (options.flags?.includes("--cached-only")) {
    for (const task of tasks) {
      refuse(refused, task, "it has not been downloaded", "drop --cached-only");
    }
    return refused;
  }
  for (const [specifier, same] of specifiers) {
    const why = await download(specifier, options);
    if (why === undefined) continue;
    for (const task of same) refuse(refused, task, why, hintFor(why));
  }
  return refused;
}

async function download(
  specifier: string,
  options: InspectOptions,
): Promise<string | undefined> {
  if (specifier.startsWith("-")) return "found a flag, wanted a specifier";
  options.progress?.(`downloading ${specifier}`);
  const child = new Deno.Command(Deno.execPath(), {
    args: [
      "cache",
      configFlag(options.project),
      ...options.flags ?? [],
      specifier,
    ],
    env: { ...safeEnvironment(), NO_COLOR: "1" },
    clearEnv: true,
    stdin: "null",
    stdout: "null",
    stderr: "piped",
  }).spawn();
  const said: string[] = [];
  for await (const line of child.stderr.pipeThrough(new TextLineStream())) {
    if (/^(Download|Initialize) /.test(line)) options.progress?.(line);
    else if (line !== "") said.push(line);
  }
  const { success } = await child.status;
  if (success) return undefined;
  return fault(said) || "Deno can't say why";
}

/** What Deno says behind `error:`, without its stack. */
function fault(said: readonly string[]): string {
  const from = Math.max(0, said.findIndex((line) => /^error:/.test(line)));
  const stack = said.findIndex((line) => /^Stack backtrace/.test(line));
  return said.slice(from, stack < 0 ? from + 3 : stack).join(" ")
    .replace(/^error: /, "").replaceAll(/\s+/g, " ");
}

function hintFor(fault: string): string {
  const host = fault.match(/import access to "([^"]+)"/)?.[1];
  return host === undefined
    ? "is the address right, and the host up?"
    : `allow it with --allow-import=${host}`;
}

function refuse(
  refused: Map<Task, Inspection>,
  task: Task,
  why: string,
  hint: string,
): void {
  refused.set(task, onlyComplaint({ ...loadProblem(task, why), hint }));
}
