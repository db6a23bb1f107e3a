import { type Command, InvalidArgumentError } from "commander";
import type { CheckOptions } from "../review/checked_config.ts";
import { milliseconds } from "../run/run_options.ts";
import { progressTo, type Terminal } from "../terminal/terminal.ts";

/** Environment of a command. */
export interface CommandContext {
  readonly terminal: Terminal;
  /** Sets the exit code. */
  readonly exit: (code: number) => void;
}

/** Adds the option that selects one process of the files. */
export function addProcessOption(command: Command): Command {
  return command.option(
    "--process <name>",
    "only this [process.<name>] of the files (all of them)",
  );
}

/** Adds the option that chooses the prefix of variables. */
export function addEnvPrefixOption(command: Command): Command {
  return command.option(
    "--env-prefix <prefix>",
    "prefix of variables that override the files (CARYATID)",
  );
}

/** Adds the options of all commands that inspect modules. */
export function addSourceOptions(command: Command): Command {
  return addCacheOptions(
    addDeadlineOption(addEnvPrefixOption(command)).option(
      "--allow-import <hosts>",
      "also import from these hosts, separated by commas",
    ),
  );
}

/** Adds the option that limits the time of an inspection. */
export function addDeadlineOption(command: Command): Command {
  return command.option(
    "--deadline <seconds>",
    "time to import one module (10)",
    seconds,
  );
}

/** Adds the options that control Deno's cache and lock. */
export function addCacheOptions(command: Command): Command {
  return command
    .option("--frozen", "fail if deno.lock would change")
    .option("--cached-only", "download nothing")
    .option("--reload", "download again");
}

/** Parsed options of {@linkcode addSourceOptions}. */
interface ParsedSource {
  readonly process?: string;
  readonly envPrefix?: string;
  readonly deadline?: number;
  readonly allowImport?: string;
  readonly frozen?: boolean;
  readonly cachedOnly?: boolean;
  readonly reload?: boolean;
}

/** Converts the parsed options to those of `readCheckedConfig`. */
export function sourceOptions(
  terminal: Terminal,
  options: ParsedSource,
): CheckOptions {
  const { process, envPrefix, deadline, allowImport } = options;
  const { frozen, cachedOnly, reload } = options;
  return {
    process,
    envPrefix,
    deadline,
    allowImport: allowImport?.split(","),
    flags: [
      ...frozen ? ["--frozen"] : [],
      ...cachedOnly ? ["--cached-only"] : [],
      ...reload ? ["--reload"] : [],
    ],
    progress: progressTo(terminal),
  };
}

/** Exit codes of commands that use a bus. */
export const BUS_EXIT_CODES = `
Exit codes: 0 success, 1 failure, 2 the command line is wrong.`;

/** Adds the options that select a broker and a bus on it. */
export function addBrokerOptions(command: Command): Command {
  return command
    .option("--url <url>", "the broker (amqp://127.0.0.1:5672/%2f)")
    .option("--password-file <file>", "file with the password of the URL")
    .option("--exchange <name>", "the exchange of the bus (caryatid)");
}

/** Adds the options that select a broker or a running process. */
export function addTargetOptions(command: Command): Command {
  return addBrokerOptions(command).option(
    "--attach <file>",
    "file that [module.control] of a running process wrote",
  );
}

/** Adds the option of commands that print one line per item. */
export function addJsonOption(command: Command): Command {
  return command.option("--json", "print one JSON object per line");
}

/** Parses seconds. Returns milliseconds. */
export function seconds(text: string): number {
  const time = milliseconds(text);
  if (time !== undefined) return time;
  throw new InvalidArgumentError("expected seconds: more than 0, at most 3600");
}

/** Parses a positive whole number. */
export function positiveInteger(text: string): number {
  const number = Number(text);
  if (Number.isSafeInteger(number) && number > 0) return number;
  throw new InvalidArgumentError("expected a whole number above 0");
}
