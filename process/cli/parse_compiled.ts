import { CaryatidError } from "@caryatid/sdk";

/** The command line of a binary, read. */
export interface ParsedCompiled {
  /** What it is to tell instead of running. */
  readonly ask: "help" | "version" | undefined;
  /** Files over the configuration that is baked in; `-` is standard input. */
  readonly files: readonly string[];
  /** The URL of a server whose health is asked for instead. */
  readonly health: string | undefined;
}

/**
 * Reads the command line of a binary. A parser of others would take longer to load than all the rest.
 *
 * @throws {CaryatidError} `INVALID_OPTION`
 */
export function parseCompiled(args: readonly string[]): ParsedCompiled {
  const files: string[] = [];
  let ask: ParsedCompiled["ask"];
  let isConfig = false;
  if (args[0] === "--health" && args.length === 2) {
    return { ask, files, health: args[1] };
  }
  for (const arg of args) {
    if (arg === "--config") isConfig = true;
    else if (arg.startsWith("--config=")) files.push(arg.slice(9));
    else if (/^(-h|--help)$/.test(arg)) ask ??= "help";
    else if (/^(-V|--version)$/.test(arg)) ask ??= "version";
    else if (isConfig && (arg === "-" || !arg.startsWith("-"))) files.push(arg);
    else throw unknown(arg);
  }
  if (isConfig && files.length === 0) throw unknown("--config");
  return { ask, files, health: undefined };
}

function unknown(arg: string): CaryatidError {
  return new CaryatidError(
    "INVALID_OPTION",
    arg === "--config"
      ? "Cannot use --config: found no file behind it, wanted one"
      : `Cannot use ${
        JSON.stringify(arg)
      }: wanted --config FILE…, --health URL, --help or --version`,
    { hint: "--help tells more" },
  );
}
