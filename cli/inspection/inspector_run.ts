import { MemoryWatch } from "@caryatid/process/internal/platform";
import { type DenoFault, denoFault } from "../deno/deno_fault.ts";
import { TextLineStream } from "../deno/lines.ts";
import type { GuestProcess } from "./guest_process.ts";
import {
  failedInspection,
  type Inspection,
  loadProblem,
  REPORT,
  type Task,
} from "./inspection.ts";
import { MAX_MEMORY } from "./inspector_process.ts";
import { readReport } from "./read_report.ts";

/** Maximum time until the inspector itself has started, in milliseconds. */
const START_TIME = 30_000;
/** Longest report, in characters. */
const MAX_REPORT = 4 * 1024 * 1024;
/** Maximum length of standard error that is kept, in characters. */
const MAX_ERRORS = 64 * 1024;

/** Result of one process: an inspection, or the reason why none began. */
export interface RunResult {
  readonly inspection?: Inspection;
  /** Reason why Deno did not start. */
  readonly refusal?: DenoFault;
}

/**
 * Reads the report of a process that inspects `task`, and ends the process.
 *
 * @param deadline maximum time to import the code, in milliseconds
 */
export async function inspectorRun(
  child: GuestProcess,
  task: Task,
  deadline: number,
): Promise<RunResult> {
  const run = new Run(child, task, deadline);
  try {
    return await run.result();
  } finally {
    run.end();
  }
}

class Run {
  readonly #child: GuestProcess;
  readonly #task: Task;
  readonly #deadline: number;
  readonly #memory: MemoryWatch | undefined;
  #timer: ReturnType<typeof setTimeout>;
  #began = false;
  /** Reason of the host for ending the process. */
  #ended: string | undefined;

  constructor(child: GuestProcess, task: Task, deadline: number) {
    this.#child = child;
    this.#task = task;
    this.#deadline = deadline;
    this.#timer = this.#endAfter(START_TIME);
    this.#memory = child.pid === undefined ? undefined : new MemoryWatch({
      pid: child.pid,
      most: MAX_MEMORY,
      onTooMuch: () => this.#endBecause(TOO_MUCH_MEMORY),
    });
  }

  async result(): Promise<RunResult> {
    const errors = textOf(this.#child.stderr);
    const lines = ReadableStream.from(this.#child.stdout)
      .pipeThrough(new TextLineStream(MAX_REPORT));
    for await (const line of lines) {
      if (!line.startsWith(REPORT)) continue; // printed by the module
      const inspection = this.#receive(line.slice(REPORT.length));
      if (inspection === undefined) continue;
      this.end();
      await errors;
      return { inspection };
    }
    // A process may close its output and keep running.
    const { code } = await this.#child.status;
    return this.#resultOfEnd(code, await errors);
  }

  end(): void {
    clearTimeout(this.#timer);
    this.#memory?.[Symbol.dispose]();
    this.#child.kill();
  }

  #receive(text: string): Inspection | undefined {
    if (text === '"begin"') {
      if (this.#began) return undefined;
      this.#began = true;
      clearTimeout(this.#timer);
      this.#timer = this.#endAfter(this.#deadline);
      return undefined;
    }
    try {
      return readReport(this.#task, text);
    } catch (error) {
      return this.#failed(`its report is invalid: ${(error as Error).message}`);
    }
  }

  #resultOfEnd(code: number, errors: string): RunResult {
    if (this.#began || this.#ended !== undefined) {
      return { inspection: this.#failed(this.#reasonOfEnd(code, errors)) };
    }
    return {
      refusal: denoFault(errors) ??
        { reason: "Deno does not start", hint: undefined },
    };
  }

  #reasonOfEnd(code: number, errors: string): string {
    if (this.#ended !== undefined) return this.#ended;
    if (/heap out of memory/.test(errors)) return TOO_MUCH_MEMORY;
    if (/Top-level await promise never resolved/.test(errors)) {
      return "its code awaits at its top level what never comes";
    }
    return `its code ended the program, with exit code ${code}`;
  }

  #failed(reason: string): Inspection {
    return failedInspection(loadProblem(this.#task, reason));
  }

  #endAfter(time: number): ReturnType<typeof setTimeout> {
    return setTimeout(() => {
      this.#endBecause(`its code was still busy after ${time / 1000} s`);
    }, time);
  }

  #endBecause(reason: string): void {
    this.#ended ??= reason;
    this.#child.kill();
  }
}

const TOO_MUCH_MEMORY = "its code takes more memory than a declaration needs";

async function textOf(stream: AsyncIterable<Uint8Array>): Promise<string> {
  const decoder = new TextDecoder();
  let text = "";
  for await (const piece of stream) {
    if (text.length < MAX_ERRORS) text += decoder.decode(piece);
  }
  return text;
}
