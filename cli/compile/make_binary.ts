import { basename } from "node:path";
import { VERSION } from "@caryatid/process/internal/platform";
import { shellLine } from "../deno/deno_command.ts";
import type { Part } from "../inspection/inspection.ts";
import { grantsOf } from "../permissions/grants.ts";
import { permissionFlags } from "../permissions/permission_flags.ts";
import { projectFlags } from "../project/project.ts";
import type { CheckedConfig } from "../review/checked_config.ts";
import { withoutReload } from "../run/deno_args.ts";
import type { RunOptions } from "../run/run_options.ts";
import { forwardSignals } from "../run/signals.ts";
import { pluralized } from "../terminal/show_problems.ts";
import { colored, progressTo, type Terminal } from "../terminal/terminal.ts";
import { compilerResult, spawnCompiler } from "./deno_compile.ts";
import { entryText } from "./entry.ts";
import { Output } from "./output.ts";

/** Options of `compile`. */
export interface CompileOptions extends RunOptions {
  /**
   * Path of the binary; the name of the first file, in the current folder,
   * unless set.
   */
  readonly output?: string | undefined;
  /** Target of the binary; this machine unless set. */
  readonly target?: string | undefined;
  /**
   * Bundles the code first: the binary starts faster, but its code cannot find
   * files by `import.meta`.
   */
  readonly bundle?: boolean | undefined;
  /**
   * Additional files and folders to embed: those that computed imports lead to.
   */
  readonly include?: readonly string[] | undefined;
  /** Overwrites an existing file. */
  readonly force?: boolean | undefined;
  /** Prints everything that is embedded. */
  readonly list?: boolean | undefined;
}

/** Options of {@linkcode makeBinary}. */
export interface BinaryOptions extends CompileOptions {
  readonly target: string;
  /** Path of the binary. */
  readonly path: string;
}

/** Exit codes after a signal has ended the compiler. */
const SIGNAL_CODES: Readonly<Partial<Record<Deno.Signal, number>>> = {
  SIGHUP: 129,
  SIGINT: 130,
  SIGTERM: 143,
};
const ENTRY = "main.js";
/** Folder of the bundle, whose entry has the same name as its source. */
const BUNDLE = "bundle";
/** Maximum time for the new binary to print its version, in milliseconds. */
const VERSION_TIMEOUT = 10_000;

/**
 * Makes a binary. Returns the exit code.
 *
 * @throws {CaryatidError} `STORAGE_FAILED` or `COMPILE_FAILED`
 */
export async function makeBinary(
  terminal: Terminal,
  checked: CheckedConfig,
  options: BinaryOptions,
): Promise<number> {
  const { target, path } = options;
  const flags = bakedFlags(checked, options);
  let child: Deno.ChildProcess | undefined = undefined;
  using _ = forwardSignals(() => child);
  using output = Output.make(path);
  const name = basename(path).replace(/\.exe$/, "");
  const { folder } = output;
  const entry = await entryText(checked, { name, flags, folder });
  Deno.writeTextFileSync(output.file(ENTRY), entry);
  const commands = [
    ...options.bundle ? [bundlerArgs(checked, flags, output, options)] : [],
    compilerArgs(checked, flags, output, options),
  ];
  if (options.print) {
    for (const args of commands) terminal.print(shellLine(args));
    terminal.print(`\n// ${ENTRY}\n${entry}`);
    return 0;
  }
  const progress = progressTo(terminal);
  progress(`compiling ${basename(path)} for ${target}`);
  let list = "";
  for (const args of commands) {
    child = spawnCompiler(args);
    const result = await compilerResult(child, target, progress);
    if (result.signal) return SIGNAL_CODES[result.signal] ?? 1;
    list = result.list;
  }
  output.take(basename(path));
  if (options.list) terminal.print(list);
  await printSummary(terminal, checked, { path, target, flags });
  return 0;
}

/** Prints size, contents and permissions of the binary. */
async function printSummary(
  terminal: Terminal,
  { parts }: CheckedConfig,
  { path, target, flags }: {
    readonly path: string;
    readonly target: string;
    readonly flags: readonly string[];
  },
): Promise<void> {
  const megabytes = (Deno.statSync(path).size / 1e6).toFixed(1);
  const granted = flags.filter((flag) => !flag.startsWith("--allow-import"));
  terminal.print(`${path}: ${megabytes} MB for ${target}`);
  terminal.print(
    `holds ${contents(parts, "module")}; ${contents(parts, "message-bus")}`,
  );
  terminal.print(
    `may do ${granted.join(" ") || "nothing that needs a permission"}`,
  );
  if (target !== Deno.build.target || await startsHere(path)) return;
  const kind = colored(terminal, "yellow", "warning");
  terminal.printError(
    `${kind} ${path} does not start here: was DENORT_BIN a denort of Deno ${Deno.version.deno}?`,
  );
}

function contents(parts: readonly Part[], kind: Part["kind"]): string {
  const own = parts.filter((part) => part.kind === kind);
  const ids = own.map(({ config }) => config.id).join(", ");
  const noun = kind === "module" ? "module" : "bus";
  return pluralized(own.length, noun) + (ids && ` (${ids})`);
}

/**
 * True if the binary prints the version of Caryatid: with a wrong compile
 * runtime it may be any program.
 */
async function startsHere(path: string): Promise<boolean> {
  try {
    const { stdout } = await new Deno.Command(path, {
      args: ["--version"],
      stdin: "null",
      stderr: "null",
      signal: AbortSignal.timeout(VERSION_TIMEOUT),
    }).output();
    return new TextDecoder().decode(stdout).includes(`Caryatid ${VERSION}`);
  } catch {
    return false; // the system cannot run it
  }
}

/**
 * Returns the permissions of the binary, which does not need to read its
 * configuration and code.
 */
function bakedFlags(
  checked: CheckedConfig,
  { allowAll, grants }: RunOptions,
): string[] {
  if (allowAll) return ["--allow-all"];
  return permissionFlags(
    grantsOf({ ...checked, files: [] }),
    grants,
    checked.config.importHosts,
  );
}

function compilerArgs(
  { project }: CheckedConfig,
  baked: readonly string[],
  output: Output,
  { flags = [], include = [], bundle, target }: BinaryOptions,
): string[] {
  return [
    "compile",
    "--no-prompt",
    "--no-check",
    ...excludesPackages() ? ["--exclude-unused-npm"] : [],
    ...bundle ? ["--no-config"] : projectFlags(project),
    ...withoutReload(flags),
    ...baked,
    ...include.map((path) => `--include=${path}`),
    `--target=${target}`,
    `--output=${output.file(basename(output.path))}`,
    output.file(bundle ? `${BUNDLE}/${ENTRY}` : ENTRY),
  ];
}

/** Returns true if Deno has the flag: before 2.9 it embeds all packages. */
function excludesPackages(): boolean {
  const [major = 0, minor = 0] = Deno.version.deno.split(".").map(Number);
  return major > 2 || minor >= 9;
}

function bundlerArgs(
  { project }: CheckedConfig,
  baked: readonly string[],
  output: Output,
  { flags = [] }: BinaryOptions,
): string[] {
  return [
    "bundle",
    "--quiet",
    // Keeps code that is loaded lazily apart: it would be read at the start.
    "--code-splitting",
    ...projectFlags(project),
    ...withoutReload(flags).filter((flag) => !flag.startsWith("--deny-")),
    ...baked.includes("--allow-all")
      ? ["--allow-import"]
      : baked.filter((flag) => flag.startsWith("--allow-import")),
    `--outdir=${output.file(BUNDLE)}`,
    output.file(ENTRY),
  ];
}
