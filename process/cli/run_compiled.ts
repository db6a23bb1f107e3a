/**
 * What a binary of `caryatid compile` calls: a process with the configuration that is baked in, and what its command line lays over.
 *
 * @module
 */
import { CaryatidError } from "@caryatid/sdk";
import type { ConfigInput } from "../config/read_config.ts";
import { Process } from "../process.ts";
import { VERSION } from "../version.ts";
import { exitCodeOf } from "./exit_code.ts";
import { explained } from "./explained.ts";
import { parseCompiled } from "./parse_compiled.ts";
import { readOverlays } from "./read_overlays.ts";
import { importersOf, type RunSources } from "./run_files.ts";

/** What is baked into a binary. */
export interface CompiledProgram
  extends Pick<RunSources, "modules" | "buses" | "sources"> {
  /** What it is called. */
  readonly name: string;
  /** The configuration: TOML texts and objects, later ones over earlier ones. */
  readonly config: readonly ConfigInput[];
  /** What files said that have an `integrity`, by their URL. */
  readonly texts: RunSources["texts"];
  /** The process of the configuration that it is (all of them, in one). */
  readonly process?: string | undefined;
  /** Its permissions, as flags of Deno: nothing can add to them. */
  readonly flags: readonly string[];
}

/**
 * Runs a binary until it is stopped, or tells what was asked for; sets the exit code. Never rejects.
 *
 * @example What `caryatid compile` writes, in short
 * ```ts
 * import { runCompiled } from "@caryatid/process/cli/compiled";
 *
 * await runCompiled(["--version"], {
 *   name: "hello",
 *   config: ["[module.hello]"],
 *   modules: [],
 *   buses: [],
 *   sources: {},
 *   texts: {},
 *   flags: ["--allow-env=CARYATID_*"],
 * });
 * ```
 */
export async function runCompiled(
  args: readonly string[],
  program: CompiledProgram,
): Promise<void> {
  try {
    const { ask, files, health } = parseCompiled(args);
    if (ask === "help") return print(help(program));
    if (ask === "version") return print(versionOf(program));
    if (health !== undefined) {
      const { askHealth } = await import("./ask_health.ts");
      Deno.exitCode = await askHealth(health);
      return;
    }
    const { process, config } = program;
    await Process.main({
      config: [...config, ...await readOverlays(files, program.name)],
      ...process === undefined ? {} : { process },
      ...importersOf({ ...program, importer: refuse }),
    });
  } catch (error) {
    // deno-lint-ignore no-console -- it is the program's output
    console.error(`error ${explained(error)}`);
    Deno.exitCode = exitCodeOf(error);
  }
}

/** A binary can import only what it holds. */
function refuse(specifier: string): Promise<never> {
  const error = new CaryatidError(
    "LOAD_FAILED",
    `${specifier} is not in this binary`,
    { hint: "compile the configuration that names it" },
  );
  return Promise.reject(error);
}

function versionOf({ name }: CompiledProgram): string {
  return `${name} (Caryatid ${VERSION}, Deno ${Deno.version.deno})`;
}

function help(program: CompiledProgram): string {
  const { name, modules, buses, sources, flags } = program;
  const held = [
    ...modules.map((module) => module.name),
    ...buses.map((bus) => bus.name),
    ...Object.keys(sources).map((specifier) => specifier.split("/").at(-1)),
  ];
  return `Usage: ${name} [options]

${versionOf(program)}
Runs until SIGINT or SIGTERM.

Options:
  --config <files...>  TOML files over what is baked in, later ones win; - is
                       standard input
  --health <url>       ask a server that runs, and exit with 0 or 1: for the
                       health check of a container
  -V, --version        show the version
  -h, --help           show this

Variables CARYATID_… win over all: CARYATID_LOG__LEVEL=debug

It holds: ${held.join(", ") || "no module"}
It may do, and nothing can add to that: ${flags.join(" ") || "nothing"}

Exit codes: 0 stopped, 1 failed, 2 the command line, the configuration or its
modules are wrong, 3 work was still going on at the stop deadline, 130 and 143
ended by a second Ctrl-C or SIGTERM.`;
}

function print(text: string): void {
  // deno-lint-ignore no-console -- it is the program's output
  console.log(text);
}
