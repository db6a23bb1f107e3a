/**
 * Entry of a binary made by `caryatid compile`: runs a process with the
 * configuration that is embedded, and the overlays that its command line names.
 *
 * @module
 */
import { CaryatidError } from "@caryatid/sdk";
import { type ConfigInput, Process } from "@caryatid/process";
import { DEFAULT_PREFIX, shownUrl } from "@caryatid/process/internal/config";
import { VERSION } from "@caryatid/process/internal/platform";
import { configUrl } from "../project/config_files.ts";
import { importersOf, type RunSources } from "../run/run_files.ts";
import { exitCodeOf, formatError } from "../terminal/format_error.ts";

/** Contents of a binary. */
export interface CompiledProgram
  extends Pick<RunSources, "modules" | "buses" | "sources" | "texts"> {
  /** Name of the binary. */
  readonly name: string;
  /**
   * Configuration: TOML texts and objects; later ones override earlier ones.
   */
  readonly config: readonly ConfigInput[];
  /** The `[process.<name>]` to run; all of them in one process unless set. */
  readonly process?: string | undefined;
  /** Prefix of variables that override the configuration (CARYATID). */
  readonly envPrefix?: string | undefined;
  /** Names of variables to look up, of keys that the modules know (none). */
  readonly variables?: readonly string[] | undefined;
  /**
   * Permissions of the binary, as flags of Deno. They cannot be extended at run
   * time.
   */
  readonly flags: readonly string[];
}

/** Maximum time for an answer to `--health`, in milliseconds. */
const HEALTH_TIMEOUT = 3_000;

/**
 * Runs a binary until it is stopped, or prints its help or version. Sets the
 * exit code. Never rejects.
 *
 * @example The call that `caryatid compile` writes, shortened
 * ```ts
 * import { runCompiled } from "@caryatid/cli/internal/compiled";
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
    const { action, files, health } = parseArguments(args);
    if (action === "help") return print(help(program));
    if (action === "version") return print(versionOf(program));
    if (health !== undefined) {
      Deno.exitCode = await checkHealth(health);
      return;
    }
    const { process, envPrefix, variables, config } = program;
    await Process.main({
      config: [...config, ...await readOverlays(files, program.name)],
      ...process === undefined ? {} : { process },
      ...envPrefix === undefined ? {} : { envPrefix },
      ...variables === undefined ? {} : { variables },
      ...importersOf({ ...program, importer: rejectImport }),
    });
  } catch (error) {
    printError(`error ${formatError(error)}`);
    Deno.exitCode = exitCodeOf(error);
  }
}

/** Parsed command line of a binary. */
interface ParsedArguments {
  readonly action: "run" | "help" | "version";
  /** Files to lay over the embedded configuration; `-` is standard input. */
  readonly files: readonly string[];
  /** URL of the server whose health to check instead of running. */
  readonly health?: string | undefined;
}

/**
 * Parses the command line by hand: loading a parser would take longer than
 * loading all other code of the binary.
 *
 * @throws {CaryatidError} `INVALID_OPTION`
 */
function parseArguments(args: readonly string[]): ParsedArguments {
  const files: string[] = [];
  let action: ParsedArguments["action"] = "run";
  let acceptsFiles = false;
  if (args[0] === "--health" && args.length === 2) {
    return { action, files, health: args[1] };
  }
  for (const arg of args) {
    if (arg === "--config") acceptsFiles = true;
    else if (arg.startsWith("--config=")) files.push(arg.slice(9));
    else if (/^(-h|--help)$/.test(arg)) action = first(action, "help");
    else if (/^(-V|--version)$/.test(arg)) action = first(action, "version");
    else if (acceptsFiles && (arg === "-" || !arg.startsWith("-"))) {
      files.push(arg);
    } else throw unknownArgument(arg);
  }
  if (acceptsFiles && files.length === 0) throw unknownArgument("--config");
  return { action, files };
}

function first(
  action: ParsedArguments["action"],
  next: ParsedArguments["action"],
): ParsedArguments["action"] {
  return action === "run" ? next : action;
}

function unknownArgument(arg: string): CaryatidError {
  return new CaryatidError(
    "INVALID_OPTION",
    arg === "--config"
      ? "Cannot use --config: found no file behind it; expected one"
      : `Cannot use ${
        JSON.stringify(arg)
      }: expected --config FILE…, --health URL, --help or --version`,
    { hint: "Pass --help to see all options." },
  );
}

/**
 * Returns the overlays of the configuration: files as their URLs, standard
 * input (`-`) as its text, which needs no permission.
 *
 * @throws {CaryatidError} `PERMISSION_DENIED` for a file that the binary may
 * not read
 */
async function readOverlays(
  files: readonly string[],
  name: string,
): Promise<ConfigInput[]> {
  const inputs: ConfigInput[] = [];
  for (const file of files) {
    inputs.push(
      file === "-"
        ? await new Response(Deno.stdin.readable).text()
        : readableUrl(configUrl(file), name),
    );
  }
  return inputs;
}

function readableUrl(url: URL, name: string): URL {
  if (url.protocol !== "file:") return url;
  const { state } = Deno.permissions.querySync({ name: "read", path: url });
  if (state === "granted") return url;
  const path = shownUrl(url);
  throw new CaryatidError(
    "PERMISSION_DENIED",
    `Cannot read "${path}": found no permission baked in; expected read access`,
    {
      hint: `Use ${name} --config - < FILE, which needs none, ` +
        `or compile it with --allow-read=${path}.`,
    },
  );
}

/**
 * Requests the health URL of a server. Returns the exit code for the health
 * check of a container: 0, or 1 after printing the reason.
 *
 * @throws {CaryatidError} `INVALID_OPTION` if `url` is not an HTTP URL
 */
async function checkHealth(url: string): Promise<0 | 1> {
  if (!/^https?:$/.test(URL.parse(url)?.protocol ?? "")) {
    throw new CaryatidError(
      "INVALID_OPTION",
      `Cannot ask ${JSON.stringify(url)}: expected a URL`,
      { hint: "Write for example http://127.0.0.1:4340/health." },
    );
  }
  try {
    const signal = AbortSignal.timeout(HEALTH_TIMEOUT);
    const { status, body } = await fetch(url, { signal, redirect: "manual" });
    await body?.cancel();
    if (status === 200) return 0;
    printError(`${url} answers ${status}`);
  } catch (error) {
    const { cause, message } = error as Error;
    printError(`${url}: ${cause instanceof Error ? cause.message : message}`);
  }
  return 1;
}

/** A binary can import only the code that it contains. */
function rejectImport(specifier: string): Promise<never> {
  const error = new CaryatidError(
    "LOAD_FAILED",
    `${specifier} is not in this binary`,
    { hint: "Compile the configuration that names it." },
  );
  return Promise.reject(error);
}

function versionOf({ name }: CompiledProgram): string {
  return `${name} (Caryatid ${VERSION}, Deno ${Deno.version.deno})`;
}

function help(program: CompiledProgram): string {
  const { name, modules, buses, sources, flags } = program;
  const { envPrefix = DEFAULT_PREFIX } = program;
  const contents = [
    ...modules.map((module) => module.name),
    ...buses.map((bus) => bus.name),
    ...Object.keys(sources).map((specifier) => specifier.split("/").at(-1)),
  ];
  return `Usage: ${name} [options]

${versionOf(program)}
Runs until SIGINT or SIGTERM.

Options:
  --config <files...>  TOML files that override the embedded configuration,
                       later ones win; - is standard input
  --health <url>       request this URL of a running server, and exit with 0
                       or 1: for the health check of a container
  -V, --version        show the version
  -h, --help           show this help

Variables ${envPrefix}_… override keys of all files: ${envPrefix}_LOG__LEVEL=debug

Contents: ${contents.join(", ") || "no module"}
Permissions, which cannot be extended: ${flags.join(" ") || "none"}

Exit codes: 0 stopped, 1 failed, 2 the command line, the configuration or its
modules are wrong, 3 work was still in flight at the stop deadline, 130 and 143
ended by a second Ctrl-C or SIGTERM.`;
}

function print(text: string): void {
  // deno-lint-ignore no-console -- it is the program's output
  console.log(text);
}

function printError(line: string): void {
  // deno-lint-ignore no-console -- it is the program's output
  console.error(line);
}
