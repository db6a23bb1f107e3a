import { type Command, InvalidArgumentError } from "commander";
import type { SubjectOptions } from "../subject.ts";
import { milliseconds } from "../parse_run.ts";
import { coloured, type Terminal } from "../terminal.ts";

/** What the options are called by the parser. */
interface Parsed {
  readonly process?: string;
  readonly deadline?: number;
  readonly allowImport?: string;
  readonly frozen?: boolean;
  readonly cachedOnly?: boolean;
  readonly reload?: boolean;
}

/** The option of commands that look at one process of a file, or at all. */
export function addProcessOption(command: Command): Command {
  return command.option(
    "--process <name>",
    "this [process.<name>] of the files only (all of them)",
  );
}

/** The options of all commands that look into modules. */
export function addSourceOptions(command: Command): Command {
  return addCacheOptions(
    addDeadlineOption(command).option(
      "--allow-import <hosts>",
      "import from these hosts, too, separated by commas",
    ),
  );
}

/** How long looking into a module may take. */
export function addDeadlineOption(command: Command): Command {
  return command.option(
    "--deadline <seconds>",
    "how long importing a module may take (10)",
    seconds,
  );
}

/** What Deno's cache and lock are to it. */
export function addCacheOptions(command: Command): Command {
  return command
    .option("--frozen", "fail if deno.lock would change")
    .option("--cached-only", "download nothing")
    .option("--reload", "download again");
}

/** Those options, as `readSubject` takes them. */
export function sourceOptions(
  terminal: Terminal,
  { process, deadline, allowImport, frozen, cachedOnly, reload }: Parsed,
): SubjectOptions {
  return {
    process,
    deadline,
    allowImport: allowImport?.split(","),
    flags: [
      ...frozen ? ["--frozen"] : [],
      ...cachedOnly ? ["--cached-only"] : [],
      ...reload ? ["--reload"] : [],
    ],
    progress: (line) => terminal.complain(coloured(terminal, "dim", line)),
  };
}

/** Reads seconds; gives milliseconds. */
export function seconds(text: string): number {
  const time = milliseconds(text);
  if (time !== undefined) return time;
  throw new InvalidArgumentError("wanted seconds: more than 0, at most 3600");
}
