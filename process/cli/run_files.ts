/**
 * What the program that `caryatid run` starts calls: a process with the configuration of the files that it is given.
 *
 * @module
 */
import type { Module } from "@caryatid/sdk";
import type { BusClass } from "@caryatid/sdk/bus";
import { Process } from "../process.ts";
import { configUrl } from "./config_files.ts";

/** The code of a configuration, imported by the program itself: literal imports need no permission to read. */
export interface RunSources {
  /** Standard modules. */
  readonly modules: readonly Module[];
  /** Standard buses. */
  readonly buses: readonly BusClass[];
  /** How each `import` of the configuration is imported, by its absolute specifier. */
  readonly sources: Readonly<Record<string, () => Promise<unknown>>>;
  /** Imports what a variable of the environment has put into the configuration since. */
  readonly importer: (specifier: string) => Promise<unknown>;
}

/** Which part of the files is run, and for how long. */
export interface RunFilesOptions {
  /** The process of the files to run; all of them in one unless given. */
  readonly process?: string;
  /** Stops when standard input ends: whoever holds its other end, and merges logs and restarts, has ended (no). */
  readonly lifeline?: boolean;
}

/** Runs the configuration of these files until it is stopped; sets the exit code. */
export async function runFiles(
  files: readonly string[],
  { modules, buses, sources, importer }: RunSources,
  { process, lifeline = false }: RunFilesOptions = {},
): Promise<void> {
  const { exitCode } = await Process.main({
    config: files.map(configUrl),
    ...process === undefined ? {} : { process },
    modules,
    buses,
    importer: (specifier) => sources[specifier]?.() ?? importer(specifier),
    ...lifeline ? { signal: inputEnded() } : {},
  });
  // The input is still being read, which would keep this running.
  if (lifeline) Deno.exit(exitCode);
}

/** Fires when standard input ends. However its other end was closed, a kill -9 included, this hears of it. */
function inputEnded(): AbortSignal {
  const ended = new AbortController();
  const drain = async () => {
    for await (const _ of Deno.stdin.readable);
  };
  drain().catch(() => {}) // what can't be read has ended
    .finally(() => ended.abort("the command that started this has ended"));
  return ended.signal;
}
