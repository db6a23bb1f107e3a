import { basename } from "node:path";
import { CaryatidError } from "@caryatid/sdk";
import { nearest } from "@caryatid/process/internal/config";
import type { CodedProblem } from "../inspection/inspection.ts";
import { configUrl, reusableUrls } from "../project/config_files.ts";
import {
  type CheckedConfig,
  located,
  readCheckedConfig,
} from "../review/checked_config.ts";
import {
  type IsolationSupport,
  refuseIsolation,
} from "../review/refuse_isolation.ts";
import { checkOptions } from "../run/deno_args.ts";
import { showProblems } from "../terminal/show_problems.ts";
import type { Terminal } from "../terminal/terminal.ts";
import { computedImports } from "./computed_imports.ts";
import { type CompileOptions, makeBinary } from "./make_binary.ts";
import { checkOutput } from "./output.ts";

/** Targets for which Deno has a compile runtime. */
const TARGETS: readonly string[] = [
  "x86_64-unknown-linux-gnu",
  "aarch64-unknown-linux-gnu",
  "x86_64-apple-darwin",
  "aarch64-apple-darwin",
  "x86_64-pc-windows-msvc",
  "aarch64-pc-windows-msvc",
];

/**
 * A binary could only start itself as a guest. The permission for that is fixed
 * at `deno compile` and contains a path, so a binary that is moved would need a
 * bare `--allow-run`, with which its modules can start any program:
 * docs/reference/deno_traps.md. The URL of a worker is unknown in a binary.
 */
const WITHOUT_GUESTS: IsolationSupport = {
  action: "compile",
  supported: ["none"],
  reason: "a binary may start itself as a guest only with a bare " +
    "--allow-run, with which its modules can start any program",
  hint: "Run it with caryatid run or up, or in a container.",
};

/**
 * `caryatid compile FILE…`: makes one binary of the files, their modules and
 * buses, and the permissions that `run` would grant. Returns the exit code.
 *
 * @throws {CaryatidError} `INVALID_OPTION`, `STORAGE_FAILED` or
 * `COMPILE_FAILED`
 */
export async function compile(
  terminal: Terminal,
  files: readonly string[],
  options: CompileOptions = {},
): Promise<number> {
  const target = targetOf(options.target);
  const path = outputPath(files[0]!, target, options);
  options.include?.forEach(checkIncluded);
  const checked = await readCheckedConfig(
    reusableUrls(files),
    { ...checkOptions(terminal, options), listsKeys: true },
  );
  const problems = await compileProblems(checked, options);
  showProblems(terminal, problems, checked.notices);
  if (problems.length > 0) return 2;
  await refuseIsolation(checked, WITHOUT_GUESTS);
  return await makeBinary(terminal, checked, { ...options, target, path });
}

/** @throws {CaryatidError} `INVALID_OPTION` for an unknown target */
function targetOf(wanted?: string): string {
  if (wanted === undefined) return Deno.build.target;
  if (TARGETS.includes(wanted)) return wanted;
  const near = nearest(wanted, TARGETS);
  throw new CaryatidError(
    "INVALID_OPTION",
    `Cannot compile for ${JSON.stringify(wanted)}: expected one of ` +
      TARGETS.join(", "),
    { hint: near && `Write "${near}".` },
  );
}

/**
 * Deno would report a missing path after downloading its runtime, and without
 * the reason. A specifier is left to Deno.
 */
function checkIncluded(path: string): void {
  if (/^\w{2,}:/.test(path)) return;
  try {
    Deno.statSync(path);
  } catch (cause) {
    throw new CaryatidError(
      "INVALID_OPTION",
      `Cannot include ${JSON.stringify(path)}: ${(cause as Error).message}`,
      { cause, hint: "Give a path that is relative to the current folder." },
    );
  }
}

/**
 * Returns the problems of the files, or else the problems of making a binary of
 * them.
 */
async function compileProblems(
  checked: CheckedConfig,
  { include = [] }: CompileOptions,
): Promise<readonly CodedProblem[]> {
  const { config, problems } = checked;
  if (problems.length > 0 || include.length > 0) return problems;
  return await located(config, await computedImports(checked));
}

function outputPath(
  file: string,
  target: string,
  { output, force = false }: CompileOptions,
): string {
  const name = basename(configUrl(file).pathname).replace(/\.toml$/, "");
  const given = output ?? decodeURIComponent(name);
  const isWindows = target.includes("windows");
  const ending = isWindows && !given.endsWith(".exe") ? ".exe" : "";
  return checkOutput(given + ending, force);
}
