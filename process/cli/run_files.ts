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
  /** Whether standard input says which modules have changed (no). */
  readonly watched?: boolean;
}

/** Runs the configuration of these files until it is stopped; sets the exit code. */
export async function runFiles(
  files: readonly string[],
  { modules, buses, sources, importer, watched = false }: RunSources,
): Promise<void> {
  const config = files.map(configUrl);
  const options = {
    config,
    modules,
    buses,
    importer: (specifier: string) =>
      sources[specifier]?.() ?? importer(specifier),
    swappable: watched,
  };
  if (!watched) return void await Process.main(options);
  const { obey } = await import("./watch/obey.ts");
  await Process.main(options, (process) => {
    obey(process, { files: config, modules, importer });
  });
  Deno.exit(); // it still waits for a line
}
