import { type DenoFault, faultOf } from "../deno/deno_fault.ts";
import { denoCommand, PLAIN } from "../deno/deno_command.ts";
import { TextLineStream } from "../deno/lines.ts";
import { filePath } from "@caryatid/process/internal/platform";
import { Activity } from "../terminal/activity.ts";
import { configFlag } from "../project/project.ts";
import {
  failedInspection,
  type Inspection,
  loadProblem,
  type Task,
} from "./inspection.ts";
import type { InspectOptions } from "./inspector_process.ts";

/**
 * Time without output after which progress is reported, in milliseconds, unless
 * the inspection has another deadline.
 */
const SILENCE = 10_000;

/** True if the code, or code that it imports, has not been downloaded yet. */
export function isUncached(inspection: Inspection | undefined): boolean {
  return inspection?.problems.some(({ message }) => isUncachedText(message)) ??
    false;
}

/** True if an error message of Deno says that code has not been downloaded. */
export function isUncachedText(text: string): boolean {
  return /not found in cache|--cached-only is specified/.test(text);
}

/**
 * Downloads the code of the tasks without running it. Returns a failed
 * inspection for each task whose code is unavailable.
 */
export async function prefetch(
  tasks: readonly Task[],
  options: InspectOptions,
): Promise<Map<Task, Inspection>> {
  const failed = new Map<Task, Inspection>();
  const specifiers = Map.groupBy(tasks, ({ specifier }) => specifier!);
  for (const [specifier, same] of specifiers) {
    const fault = await download(specifier, options);
    if (fault === undefined) continue;
    const { reason, hint } = fault;
    for (const task of same) {
      failed.set(
        task,
        failedInspection({ ...loadProblem(task, reason), hint }),
      );
    }
  }
  return failed;
}

/**
 * Downloads a specifier and all that it imports. Returns the fault if that
 * fails.
 */
export async function download(
  specifier: string,
  options: InspectOptions,
): Promise<DenoFault | undefined> {
  if (options.flags?.includes("--cached-only")) {
    return {
      reason: "it has not been downloaded",
      hint: "Run it without --cached-only.",
    };
  }
  if (specifier.startsWith("-")) {
    return { reason: "found a flag; expected a specifier", hint: undefined };
  }
  options.progress?.(
    specifier.startsWith("file:")
      ? `downloading the imports of ${filePath(specifier)}`
      : `downloading ${specifier}`,
  );
  return await cacheCode([specifier], options);
}

/**
 * Downloads the parts of this code that are missing in Deno's cache. Returns
 * the fault if that fails.
 */
export async function cacheCode(
  specifiers: readonly string[],
  options: InspectOptions,
): Promise<DenoFault | undefined> {
  const { project, flags = [], progress } = options;
  const child = denoCommand(
    ["cache", configFlag(project), ...flags, ...specifiers],
    { env: PLAIN, stdout: "null", stderr: "piped" },
  ).spawn();
  const errors: string[] = [];
  using silence = new SilenceTimer(options);
  using activity = await Activity.start({
    title: "downloading",
    unit: "files",
    line: progress,
  });
  for await (const line of child.stderr.pipeThrough(new TextLineStream())) {
    silence.restart();
    if (/^(Download|Initialize) /.test(line)) activity.add(line);
    else if (line !== "") errors.push(line);
  }
  const { success } = await child.status;
  return success ? undefined : faultOf(errors.join("\n"));
}

/**
 * Reports progress while Deno waits for a silent host, which it does without a
 * limit.
 */
class SilenceTimer implements Disposable {
  readonly #options: InspectOptions;
  #timer: ReturnType<typeof setInterval> | undefined;

  constructor(options: InspectOptions) {
    this.#options = options;
    this.restart();
  }

  restart(): void {
    clearInterval(this.#timer);
    const start = performance.now();
    const report = () => {
      const seconds = Math.round((performance.now() - start) / 1000);
      this.#options.progress?.(
        `nothing received for ${seconds} s, still waiting; Ctrl-C ends the command`,
      );
    };
    this.#timer = setInterval(report, this.#options.deadline ?? SILENCE);
  }

  [Symbol.dispose](): void {
    clearInterval(this.#timer);
  }
}
