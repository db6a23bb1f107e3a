import { basename } from "node:path";
import { CaryatidError } from "@caryatid/sdk";
import { formatPlace } from "../../config/config_error.ts";
import { configUrl } from "../config_files.ts";
import { permissionFlags } from "../deno_flags.ts";
import { grantsOf } from "../grants.ts";
import { passOnSignals } from "../pass_on_signals.ts";
import { projectFlags } from "../project.ts";
import { subjectOptions } from "../run_args.ts";
import type { RunOptions } from "../run_options.ts";
import { shellLine } from "../shell_line.ts";
import { showProblems } from "../show_problems.ts";
import {
  type CodedProblem,
  placed,
  readSubject,
  type Subject,
} from "../subject.ts";
import { coloured, type Terminal } from "../terminal.ts";
import { computedImports } from "./computed_imports.ts";
import { compiled, spawnCompiler } from "./deno_compile.ts";
import { entryText } from "./entry.ts";
import { checkOutput, Output } from "./output.ts";
import { startsHere, summary } from "./summary.ts";
import { isWindows, targetOf } from "./targets.ts";

/** What `compile` takes besides its files. */
export interface CompileOptions extends RunOptions {
  /** Where the binary is to be; else it is called like the first file, in the current folder. */
  readonly output?: string | undefined;
  /** What it is to run on; this machine unless given. */
  readonly target?: string | undefined;
  /** Files and folders to embed as well: what computed imports lead to. */
  readonly include?: readonly string[] | undefined;
  /** Writes over what is there. */
  readonly force?: boolean | undefined;
  /** Shows all that is embedded. */
  readonly list?: boolean | undefined;
}

/** Signals that end the compiler, and the exit codes that tell. */
const ENDED: Readonly<Partial<Record<Deno.Signal, number>>> = {
  SIGHUP: 129,
  SIGINT: 130,
  SIGTERM: 143,
};
const ENTRY = "main.js";

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
  const subject = await readSubject(
    files.map(configUrl),
    subjectOptions(terminal, options),
  );
  const problems = await unfit(subject, options);
  showProblems(terminal, problems, subject.notices);
  if (problems.length > 0) return 2;
  await refuseIsolation(subject);
  return await make(terminal, subject, { ...options, target, path });
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

interface Making extends CompileOptions {
  readonly target: string;
  readonly path: string;
}

async function make(
  terminal: Terminal,
  subject: Subject,
  options: Making,
): Promise<number> {
  const { target, path } = options;
  const flags = bakedFlags(subject, options);
  let child: Deno.ChildProcess | undefined = undefined;
  using _ = passOnSignals(() => child);
  using output = Output.make(path);
  const name = basename(path).replace(/\.exe$/, "");
  const { folder } = output;
  const entry = await entryText(subject, { name, flags, folder });
  Deno.writeTextFileSync(output.file(ENTRY), entry);
  const args = compilerArgs(subject, flags, output, options);
  if (options.print) {
    terminal.print(`${shellLine("deno", args)}\n\n// ${ENTRY}\n${entry}`);
    return 0;
  }
  const progress = (line: string) =>
    terminal.complain(coloured(terminal, "dim", line));
  progress(`compiling ${basename(path)} for ${target}`);
  child = spawnCompiler(args);
  const { list, signal } = await compiled(child, target, progress);
  if (signal) return ENDED[signal] ?? 1;
  output.take(basename(path));
  if (options.list) terminal.print(list);
  for (const line of summary(subject, { path, target, flags })) {
    terminal.print(line);
  }
  if (target === Deno.build.target && !await startsHere(path)) {
    const kind = coloured(terminal, "yellow", "warning");
    terminal.complain(
      `${kind} ${path} doesn't start here: was DENORT_BIN a denort of Deno ${Deno.version.deno}?`,
    );
  }
  return 0;
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

/** What is granted at run time. The configuration and the code need no reading any more. */
function bakedFlags(
  subject: Subject,
  { allowAll, grants }: RunOptions,
): string[] {
  if (allowAll) return ["--allow-all"];
  return permissionFlags(
    grantsOf({ ...subject, files: [] }),
    grants,
    subject.config.importHosts,
  );
}

function compilerArgs(
  { project }: Subject,
  baked: readonly string[],
  output: Output,
  { flags = [], include = [], target }: Making,
): string[] {
  return [
    "compile",
    "--no-prompt",
    "--no-check",
    "--exclude-unused-npm",
    ...projectFlags(project),
    // Looking into the modules has reloaded them.
    ...flags.filter((flag) => flag !== "--reload"),
    ...baked,
    ...include.map((path) => `--include=${path}`),
    `--target=${target}`,
    `--output=${output.file(basename(output.path))}`,
    output.file(ENTRY),
  ];
}

/** A guest runs its code by Deno's own `run`, or by a worker at an address that a binary doesn't know. */
async function refuseIsolation({ config }: Subject): Promise<void> {
  for (const module of config.modules) {
    const { isolation } = module;
    if (isolation === "none") continue;
    const place = await config.place([...module.path, "isolation"]);
    throw new CaryatidError(
      "INVALID_CONFIG",
      `${place ? `${formatPlace(place)}: ` : ""}Cannot compile ` +
        `[module.${module.id}]: found isolation = "${isolation}", wanted ` +
        `"none": a binary has no Deno in it that could start a guest`,
      { hint: "run it with caryatid run or up, or in a container" },
    );
  }
}
