/**
 * What the program that `caryatid run` starts calls: a process with the configuration of the files that it is given.
 *
 * @module
 */
import type { Module } from "@caryatid/sdk";
import type { BusClass } from "@caryatid/sdk/bus";
import { type PinnedImporter, readPinned } from "../pinned_import.ts";
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
  /** What files say that have an `integrity`, by their URL: modules with that as their default export. */
  readonly texts: Readonly<
    Record<string, () => Promise<{ readonly default: string }>>
  >;
  /** Imports what a variable of the environment has put into the configuration since. */
  readonly importer: (specifier: string) => Promise<unknown>;
}

/** Runs the configuration of these files until it is stopped; sets the exit code. */
export async function runFiles(
  files: readonly string[],
  { modules, buses, sources, texts, importer }: RunSources,
): Promise<void> {
  const pinnedImporter: PinnedImporter = async (url) => {
    const load = sources[url];
    const text = texts[url];
    if (load === undefined || text === undefined) return await readPinned(url);
    return { text: (await text()).default, load };
  };
  await Process.main({
    config: files.map(configUrl),
    modules,
    buses,
    importer: (specifier) => sources[specifier]?.() ?? importer(specifier),
    pinnedImporter,
  });
}
