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
  for (const argument of rest) {
    if (!argument.startsWith("-")) files.push(argument);
    else if (argument === "--print") print = true;
    else if (argument === "--watch") watch = true;
    else if (/^(-A|--allow-all)$/.test(argument)) allowAll = true;
    else if (SOURCE_FLAGS.includes(argument)) flags.push(argument);
    else if (!isPermissionFlag(argument)) return undefined;
    else if (argument.startsWith("--allow-")) grants.push(argument);
    else flags.push(argument);
  }
  if (files.length === 0) return undefined;
  return { files, options: { print, watch, allowAll, grants, flags } };
}
