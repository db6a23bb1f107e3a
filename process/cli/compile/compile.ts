import { basename } from "node:path";
import { CaryatidError } from "@caryatid/sdk";
import { configUrl } from "../config_files.ts";
import { lastingUrls } from "../lasting_files.ts";
import { type Refusal, refuseIsolation } from "../refuse_isolation.ts";
import { subjectOptions } from "../run_args.ts";
import type { RunOptions } from "../run_options.ts";
import { showProblems } from "../show_problems.ts";
import {
  type CodedProblem,
  placed,
  readSubject,
  type Subject,
} from "../subject.ts";
import type { Terminal } from "../terminal.ts";
import { computedImports } from "./computed_imports.ts";
import { make } from "./make.ts";
import { checkOutput } from "./output.ts";
import { isWindows, targetOf } from "./targets.ts";

/** What `compile` takes besides its files. */
export interface CompileOptions extends RunOptions {
  /** Where the binary is to be; else it is called like the first file, in the current folder. */
  readonly output?: string | undefined;
  /** What it is to run on; this machine unless given. */
  readonly target?: string | undefined;
  /** Makes one program of all code first: it starts sooner, but code no longer finds files beside itself. */
  readonly bundle?: boolean | undefined;
  /** Files and folders to embed as well: what computed imports lead to. */
  readonly include?: readonly string[] | undefined;
  /** Writes over what is there. */
  readonly force?: boolean | undefined;
  /** Shows all that is embedded. */
  readonly list?: boolean | undefined;
}

/** A guest runs its code by Deno's own `run`, or by a worker at an address that a binary doesn't know. */
const NO_GUESTS: Refusal = {
  what: "compile",
  fit: ["none"],
  why: "a binary has no Deno in it that could start a guest",
  hint: "run it with caryatid run or up, or in a container",
};

/**
 * `caryatid compile FILE…`: makes one binary of the files, the modules and buses that they name, and the permissions that `run` would
 * grant. Gives the exit code.
 *
 * @throws {CaryatidError} `INVALID_OPTION`, `STORAGE_FAILED` or `COMPILE_FAILED`
 */
export async function compile(
  terminal: Terminal,
  files: readonly string[],
  options: CompileOptions = {},
): Promise<number> {
  const target = targetOf(options.target);
  const path = outputPath(files[0]!, target, options);
  options.include?.forEach(checkIncluded);
  const subject = await readSubject(
    lastingUrls(files),
    subjectOptions(terminal, options),
  );
  const problems = await unfit(subject, options);
  showProblems(terminal, problems, subject.notices);
  if (problems.length > 0) return 2;
  await refuseIsolation(subject, NO_GUESTS);
  return await make(terminal, subject, { ...options, target, path });
}

/** Deno would tell it after it has downloaded its runtime, and not why. A specifier is for Deno to find. */
function checkIncluded(path: string): void {
  if (/^\w{2,}:/.test(path)) return;
  try {
    Deno.statSync(path);
  } catch (cause) {
    throw new CaryatidError(
      "INVALID_OPTION",
      `Cannot include ${JSON.stringify(path)}: ${(cause as Error).message}`,
      { cause, hint: "the path is relative to the current folder" },
    );
  }
}

/** What is wrong with the files, or else with making a binary of them. */
async function unfit(
  subject: Subject,
  { include = [] }: CompileOptions,
): Promise<readonly CodedProblem[]> {
  const { config, problems } = subject;
  if (problems.length > 0 || include.length > 0) return problems;
  return await placed(config, await computedImports(subject));
}

function outputPath(
  file: string,
  target: string,
  { output, force = false }: CompileOptions,
): string {
  const name = basename(configUrl(file).pathname).replace(/\.toml$/, "");
  const given = output ?? decodeURIComponent(name);
  const ending = isWindows(target) && !given.endsWith(".exe") ? ".exe" : "";
  return checkOutput(given + ending, force);
}
