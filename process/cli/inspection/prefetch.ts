import { configFlag } from "../project.ts";
import { type InspectOptions, safeEnvironment } from "./child.ts";
import { type DenoFault, denoFault } from "./deno_fault.ts";
import {
  type Inspection,
  loadProblem,
  onlyComplaint,
  type Task,
} from "./inspection.ts";
import { TextLineStream } from "./lines.ts";

/** How long nothing may come before that is told, unless a module's code has another deadline; in milliseconds. */
const SILENCE = 10_000;

/** Whether the code, or something that it imports, has not been downloaded yet. */
export function isUncached(inspection: Inspection | undefined): boolean {
  return inspection?.problems.some(({ message }) => isUncachedText(message)) ??
    false;
}

/** Whether Deno says so. */
export function isUncachedText(said: string): boolean {
  return /not found in cache|--cached-only is specified/.test(said);
}

/** Downloads what the tasks import, and runs nothing of it. Gives those whose code can't be had, and why. */
export async function prefetch(
  tasks: readonly Task[],
  options: InspectOptions,
): Promise<Map<Task, Inspection>> {
  const refused = new Map<Task, Inspection>();
  const specifiers = Map.groupBy(tasks, ({ specifier }) => specifier!);
  for (const [specifier, same] of specifiers) {
    const fault = await download(specifier, options);
    if (fault === undefined) continue;
    for (const task of same) refuse(refused, task, fault);
  }
  return refused;
}

/** Downloads what a specifier leads to, and all that it imports; says why it can't be had. */
export async function download(
  specifier: string,
  options: InspectOptions,
): Promise<DenoFault | undefined> {
  if (options.flags?.includes("--cached-only")) {
    return { why: "it has not been downloaded", hint: "drop --cached-only" };
  }
  if (specifier.startsWith("-")) {
    return { why: "found a flag, wanted a specifier", hint: undefined };
  }
  options.progress?.(`downloading ${specifier}`);
  return await cacheCode([specifier], options);
}

/** Has Deno download what it hasn't got of all this; says why it can't be had. */
export async function cacheCode(
  specifiers: readonly string[],
  options: InspectOptions,
): Promise<DenoFault | undefined> {
  const child = new Deno.Command(Deno.execPath(), {
    args: [
      "cache",
      configFlag(options.project),
      ...options.flags ?? [],
      ...specifiers,
    ],
    env: { ...safeEnvironment(), NO_COLOR: "1" },
    clearEnv: true,
    stdin: "null",
    stdout: "null",
    stderr: "piped",
  }).spawn();
  const said: string[] = [];
  using waiting = new Waiting(options);
  for await (const line of child.stderr.pipeThrough(new TextLineStream())) {
    waiting.begin();
    if (/^(Download|Initialize) /.test(line)) options.progress?.(line);
    else if (line !== "") said.push(line);
  }
  const { success } = await child.status;
  if (success) return undefined;
  return denoFault(said.join("\n")) ??
    { why: "Deno can't say why", hint: undefined };
}

/** Deno waits without end for a host that is silent: who looks on is told. */
class Waiting implements Disposable {
  readonly #options: InspectOptions;
  #timer: ReturnType<typeof setInterval> | undefined;

  constructor(options: InspectOptions) {
    this.#options = options;
    this.begin();
  }

  /** From now on. */
  begin(): void {
    clearInterval(this.#timer);
    const begun = performance.now();
    const tell = () => {
      const seconds = Math.round((performance.now() - begun) / 1000);
      this.#options.progress?.(
        `nothing has come for ${seconds} s, still waiting; Ctrl-C ends it`,
      );
    };
    this.#timer = setInterval(tell, this.#options.deadline ?? SILENCE);
  }

  [Symbol.dispose](): void {
    clearInterval(this.#timer);
  }
}

function refuse(
  refused: Map<Task, Inspection>,
  task: Task,
  { why, hint }: DenoFault,
): void {
  refused.set(task, onlyComplaint({ ...loadProblem(task, why), hint }));
}
