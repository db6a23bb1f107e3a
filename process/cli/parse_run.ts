import {
  isPermissionFlag,
  type RunOptions,
  SOURCE_FLAGS,
} from "./run_options.ts";

/** A command line of `run`, read. */
export interface ParsedRun {
  readonly files: readonly string[];
  readonly options: RunOptions;
}

/**
 * Reads `run FILE…` without the parser of all other commands, which would double the time that it takes. Undefined for whatever else
 * is asked, and for what isn't understood: that parser knows what to say.
 */
export function parseRun(args: readonly string[]): ParsedRun | undefined {
  const [command, ...rest] = args;
  if (command !== "run") return undefined;
  const files: string[] = [];
  const grants: string[] = [];
  const flags: string[] = [];
  let print = false;
  let watch = false;
  let allowAll = false;
  let process: string | undefined;
  let seconds: string | undefined;
  for (let index = 0; index < rest.length; index++) {
    const argument = rest[index]!;
    if (argument === "--process") process = rest[++index] ?? "";
    else if (argument.startsWith("--process=")) process = argument.slice(10);
    else if (argument === "--deadline") seconds = rest[++index] ?? "";
    else if (argument.startsWith("--deadline=")) seconds = argument.slice(11);
    else if (!/^-./.test(argument)) files.push(argument);
    else if (argument === "--print") print = true;
    else if (argument === "--watch") watch = true;
    else if (/^(-A|--allow-all)$/.test(argument)) allowAll = true;
    else if (SOURCE_FLAGS.includes(argument)) flags.push(argument);
    else if (!isPermissionFlag(argument)) return undefined;
    else if (argument.startsWith("--allow-")) grants.push(argument);
    else flags.push(argument);
  }
  const deadline = seconds === undefined ? undefined : milliseconds(seconds);
  // An option without its value, or with a wrong one, for that parser to tell.
  if (files.length === 0 || process === "") return undefined;
  if (seconds !== undefined && deadline === undefined) return undefined;
  const options = { process, print, watch, allowAll, deadline, grants, flags };
  return { files, options };
}

/** Reads seconds, an hour at most; gives milliseconds, and undefined for anything else. */
export function milliseconds(seconds: string): number | undefined {
  const value = Number(seconds);
  return value > 0 && value <= 3600 ? value * 1000 : undefined;
}
