/**
 * What the program that `caryatid run` starts calls: a process with the configuration of the files that it is given.
 *
 * @module
 */
import type { Module } from "@caryatid/sdk";
import type { BusClass } from "@caryatid/sdk/bus";
import type { RelayAddress } from "../isolation/relay/relay_address.ts";
import { prompting } from "../isolation/host/prompting.ts";
import { type PinnedImporter, readPinned } from "../pinned_import.ts";
import { Process, type ProcessOptions } from "../process.ts";
import { configUrl } from "./config_files.ts";
import type { WatchedParts } from "./watch/obey.ts";

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
  /** The process of the files to run (all of them, in one). */
  readonly process?: string;
  /** Who starts the processes of isolated modules (this one). */
  readonly relay?: RelayAddress;
  /** Whether it stops when standard input ends: whoever holds the other end, and restarts what dies, has ended then (no). */
  readonly lifeline?: boolean;
  /** Whether standard input says which modules have changed; when it ends the process stops, too (no). */
  readonly watched?: boolean;
}

/** Runs the configuration of these files until it is stopped; sets the exit code. */
export async function runFiles(
  files: readonly string[],
  sources: RunSources,
): Promise<void> {
  prompting.isOff = true; // the command starts nothing without --no-prompt
  const { process, lifeline = false, watched = false, relay } = sources;
  const options = {
    config: files.map(configUrl),
    ...process === undefined ? {} : { process },
    ...relay === undefined ? {} : { relay },
    ...importersOf(sources),
    swappable: watched,
  };
  if (watched) return await runWatched(options, sources);
  await Process.main(options, lifeline ? stopAtInputEnd : undefined);
  Deno.exit(); // the input may still be read, and a worker go on without end
}

function stopAtInputEnd(process: Process): void {
  inputEnd().then(() => {
    process.context.log.warn("what started this has ended, shutting down");
    return process.stop();
  }).catch(() => {}); // `main` tells what went wrong
}

async function runWatched(
  options: ProcessOptions & WatchedParts,
  { importer }: RunSources,
): Promise<void> {
  const { obey } = await import("./watch/obey.ts");
  await Process.main(options, (process) => {
    obey(process, { ...options, importer });
  });
  Deno.exit(); // it still waits for a line
}

/** What a process is given of them. */
export function importersOf(
  { modules, buses, sources, texts, importer }: Pick<
    RunSources,
    "modules" | "buses" | "sources" | "texts" | "importer"
  >,
): Required<
  Pick<ProcessOptions, "modules" | "buses" | "importer" | "pinnedImporter">
> {
  const pinnedImporter: PinnedImporter = async (url) => {
    const load = sources[url];
    const text = texts[url];
    if (load === undefined || text === undefined) return await readPinned(url);
    return { text: (await text()).default, load };
  };
  return {
    modules,
    buses,
    importer: (specifier: string) =>
      sources[specifier]?.() ?? importer(specifier),
    pinnedImporter,
  };
}

/** However its other end is closed, by a kill -9 for example, this hears of it. What can't be read has ended, too. */
async function inputEnd(): Promise<void> {
  await Deno.stdin.readable.pipeTo(new WritableStream()).catch(() => {});
}
