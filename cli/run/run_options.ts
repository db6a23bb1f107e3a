/** Options of `run`. */
export interface RunOptions {
  /** The `[process.<name>]` to run; all of them in one process unless set. */
  readonly process?: string | undefined;
  /** Prefix of variables that override the configuration (CARYATID). */
  readonly envPrefix?: string | undefined;
  /** Prints the command line of Deno instead of running it. */
  readonly print?: boolean | undefined;
  /** Swaps modules when their files change. */
  readonly watch?: boolean | undefined;
  /** Adds a `[module.dashboard]` with its defaults. */
  readonly dashboard?: boolean | undefined;
  /** Runs with all permissions. */
  readonly allowAll?: boolean | undefined;
  /**
   * Additional grants, as flags of Deno:
   * `--allow-net=example.com`, `--allow-sys`.
   */
  readonly grants?: readonly string[] | undefined;
  /** Flags that Deno receives unchanged: `--frozen`, `--deny-net=…`. */
  readonly flags?: readonly string[] | undefined;
  /**
   * Maximum time to import the code of one module for its inspection, in
   * milliseconds.
   */
  readonly deadline?: number | undefined;
}

/**
 * Flags of Deno that control where code comes from. They also apply to
 * inspections.
 */
export const SOURCE_FLAGS: readonly string[] = [
  "--frozen",
  "--cached-only",
  "--reload",
];

/**
 * True if the argument is a permission flag of Deno:
 * `--allow-net=…`, `--deny-read`.
 */
export function isPermissionFlag(argument: string): boolean {
  return /^--(allow|deny)-(net|read|write|env|run|sys|ffi|import)(=.+)?$/s
    .test(argument);
}

/** Parsed command line of `run`. */
export interface ParsedRun {
  readonly files: readonly string[];
  readonly options: RunOptions;
}

/**
 * Parses `run FILE…` without commander, which would double the time until the
 * process starts. Returns undefined for other commands and for a wrong command
 * line: commander reports what is wrong with it.
 */
export function parseRun(args: readonly string[]): ParsedRun | undefined {
  const [command, ...rest] = args;
  if (command !== "run") return undefined;
  const files: string[] = [];
  const grants: string[] = [];
  const flags: string[] = [];
  let print = false;
  let watch = false;
  let dashboard = false;
  let allowAll = false;
  let process: string | undefined;
  let envPrefix: string | undefined;
  let seconds: string | undefined;
  for (let index = 0; index < rest.length; index++) {
    const argument = rest[index]!;
    if (argument === "--process") process = rest[++index] ?? "";
    else if (argument.startsWith("--process=")) process = argument.slice(10);
    else if (argument === "--env-prefix" && index + 1 < rest.length) {
      envPrefix = rest[++index];
    } else if (argument.startsWith("--env-prefix=")) {
      envPrefix = argument.slice(13);
    } else if (argument === "--deadline") seconds = rest[++index] ?? "";
    else if (argument.startsWith("--deadline=")) seconds = argument.slice(11);
    else if (!/^-./.test(argument)) files.push(argument);
    else if (argument === "--print") print = true;
    else if (argument === "--watch") watch = true;
    else if (argument === "--dashboard") dashboard = true;
    else if (/^(-A|--allow-all)$/.test(argument)) allowAll = true;
    else if (SOURCE_FLAGS.includes(argument)) flags.push(argument);
    else if (!isPermissionFlag(argument)) return undefined;
    else if (argument.startsWith("--allow-")) grants.push(argument);
    else flags.push(argument);
  }
  const deadline = seconds === undefined ? undefined : milliseconds(seconds);
  if (files.length === 0 || process === "") return undefined;
  if (seconds !== undefined && deadline === undefined) return undefined;
  const options = {
    process,
    envPrefix,
    print,
    watch,
    dashboard,
    allowAll,
    deadline,
    grants,
    flags,
  };
  return { files, options };
}

/**
 * Parses seconds, at most an hour. Returns milliseconds, or undefined for
 * anything else.
 */
export function milliseconds(seconds: string): number | undefined {
  const value = Number(seconds);
  return value > 0 && value <= 3600 ? value * 1000 : undefined;
}
