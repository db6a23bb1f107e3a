import { basename } from "node:path";
import { permissionFlags } from "../deno_flags.ts";
import { grantsOf } from "../grants.ts";
import { passOnSignals } from "../pass_on_signals.ts";
import { projectFlags } from "../project.ts";
import type { RunOptions } from "../run_options.ts";
import { shellLine } from "../shell_line.ts";
import type { Subject } from "../subject.ts";
import { coloured, type Terminal } from "../terminal.ts";
import type { CompileOptions } from "./compile.ts";
import { compiled, spawnCompiler } from "./deno_compile.ts";
import { entryText } from "./entry.ts";
import { Output } from "./output.ts";
import { startsHere, summary } from "./summary.ts";

/** A binary to be made. */
export interface Making extends CompileOptions {
  readonly target: string;
  /** Where it is to be. */
  readonly path: string;
}

/** Signals that end the compiler, and the exit codes that tell. */
const ENDED: Readonly<Partial<Record<Deno.Signal, number>>> = {
  SIGHUP: 129,
  SIGINT: 130,
  SIGTERM: 143,
};
const ENTRY = "main.js";
/** The folder of the bundle; its entry is called like what it was made of. */
const BUNDLE = "bundle";

/**
 * Makes the binary; gives the exit code.
 *
 * @throws {CaryatidError} `STORAGE_FAILED` or `COMPILE_FAILED`
 */
export async function make(
  terminal: Terminal,
  subject: Subject,
  options: Making,
): Promise<number> {
  const { target, path } = options;
  const baked = bakedFlags(subject, options);
  let child: Deno.ChildProcess | undefined = undefined;
  using _ = passOnSignals(() => child);
  using output = Output.make(path);
  const name = basename(path).replace(/\.exe$/, "");
  const { folder } = output;
  const entry = await entryText(subject, { name, flags: baked, folder });
  Deno.writeTextFileSync(output.file(ENTRY), entry);
  const commands = [
    ...options.bundle ? [bundlerArgs(subject, baked, output, options)] : [],
    compilerArgs(subject, baked, output, options),
  ];
  if (options.print) {
    for (const args of commands) terminal.print(shellLine("deno", args));
    terminal.print(`\n// ${ENTRY}\n${entry}`);
    return 0;
  }
  const progress = (line: string) =>
    terminal.complain(coloured(terminal, "dim", line));
  progress(`compiling ${basename(path)} for ${target}`);
  let list = "";
  for (const args of commands) {
    child = spawnCompiler(args);
    const ended = await compiled(child, target, progress);
    if (ended.signal) return ENDED[ended.signal] ?? 1;
    list = ended.list;
  }
  output.take(basename(path));
  if (options.list) terminal.print(list);
  await report(terminal, subject, { path, target, flags: baked });
  return 0;
}

async function report(
  terminal: Terminal,
  subject: Subject,
  made: Parameters<typeof summary>[1],
): Promise<void> {
  for (const line of summary(subject, made)) terminal.print(line);
  const { path, target } = made;
  if (target !== Deno.build.target || await startsHere(path)) return;
  const kind = coloured(terminal, "yellow", "warning");
  terminal.complain(
    `${kind} ${path} doesn't start here: was DENORT_BIN a denort of Deno ${Deno.version.deno}?`,
  );
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
  { flags = [], include = [], bundle, target }: Making,
): string[] {
  return [
    "compile",
    "--no-prompt",
    "--no-check",
    "--exclude-unused-npm",
    ...bundle ? ["--no-config"] : projectFlags(project),
    ...again(flags),
    ...baked,
    ...include.map((path) => `--include=${path}`),
    `--target=${target}`,
    `--output=${output.file(basename(output.path))}`,
    output.file(bundle ? `${BUNDLE}/${ENTRY}` : ENTRY),
  ];
}

function bundlerArgs(
  { project }: Subject,
  baked: readonly string[],
  output: Output,
  { flags = [] }: Making,
): string[] {
  return [
    "bundle",
    "--quiet",
    // What is loaded late stays apart, or it would be read at once.
    "--code-splitting",
    ...projectFlags(project),
    ...again(flags).filter((flag) => !flag.startsWith("--deny-")),
    ...baked.includes("--allow-all")
      ? ["--allow-import"]
      : baked.filter((flag) => flag.startsWith("--allow-import")),
    `--outdir=${output.file(BUNDLE)}`,
    output.file(ENTRY),
  ];
}

/** Looking into the modules has reloaded them. */
function again(flags: readonly string[]): readonly string[] {
  return flags.filter((flag) => flag !== "--reload");
}
