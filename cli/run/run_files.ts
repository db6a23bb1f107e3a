/**
 * Entry of the program that `caryatid run` starts: runs a process with the
 * configuration of the given files.
 *
 * @module
 */
import type { Module } from "@caryatid/sdk";
import type { BusClass } from "@caryatid/sdk/bus";
import { Process, type ProcessOptions } from "@caryatid/process";
import type { RelayAddress } from "@caryatid/process/internal/isolation";
import type { LaunchOptions } from "@caryatid/process/internal/loading";
import {
  type PinnedImporter,
  readPinned,
} from "@caryatid/process/internal/platform";
import { configUrl } from "../project/config_files.ts";
import type { SwapOptions } from "../watch/swap_on_input.ts";

/**
 * Code of a configuration, imported by the program itself: literal imports need
 * no permission to read.
 */
export interface RunSources {
  /** Standard modules. */
  readonly modules: readonly Module[];
  /** Standard buses. */
  readonly buses: readonly BusClass[];
  /**
   * Importers of the code that the configuration imports, by absolute
   * specifier.
   */
  readonly sources: Readonly<Record<string, () => Promise<unknown>>>;
  /**
   * Importers of the texts of files that have an `integrity`, by URL. The text
   * is the default export.
   */
  readonly texts: Readonly<
    Record<string, () => Promise<{ readonly default: string }>>
  >;
  /**
   * Imports code that a variable of the environment has added to the
   * configuration since.
   */
  readonly importer: (specifier: string) => Promise<unknown>;
  /** The `[process.<name>]` to run; all of them in one process unless set. */
  readonly process?: string;
  /** Prefix of variables that override the configuration (CARYATID). */
  readonly envPrefix?: string;
  /**
   * Names of variables to look up, in addition to those of keys that the files
   * contain (none).
   */
  readonly variables?: readonly string[];
  /**
   * Relay that starts the processes of isolated modules; this process starts
   * them unless set.
   */
  readonly relay?: RelayAddress;
  /**
   * Stops the process when standard input ends: the program at the other end
   * has ended then (false).
   */
  readonly lifeline?: boolean;
  /**
   * Swaps the modules that standard input names, and stops the process when it
   * ends (false).
   */
  readonly watched?: boolean;
}

/**
 * Runs the configuration of these files until it is stopped. Sets the exit
 * code.
 */
export async function runFiles(
  files: readonly string[],
  sources: RunSources,
): Promise<void> {
  const { process, envPrefix, variables, relay } = sources;
  const { lifeline = false, watched = false } = sources;
  const options = {
    config: files.map(configUrl),
    ...process === undefined ? {} : { process },
    ...envPrefix === undefined ? {} : { envPrefix },
    ...variables === undefined ? {} : { variables },
    ...relay === undefined ? {} : { relay },
    ...importersOf(sources),
    noPrompt: true, // the command starts every program with --no-prompt
    swappable: watched,
  };
  if (watched) return await runWatched(options, sources);
  await Process.main(options, lifeline ? stopAtInputEnd : undefined);
  // a pending read of the input, or a worker, may keep the process alive
  Deno.exit();
}

function stopAtInputEnd(process: Process): void {
  // The pipe is closed however the other program ends, also by kill -9. Input
  // that cannot be read has ended, too.
  Deno.stdin.readable.pipeTo(new WritableStream()).catch(() => {}).then(() => {
    process.context.log.warn(
      "the program that started this one has ended, shutting down",
    );
    return process.stop();
  }).catch(() => {}); // `main` reports errors of stop()
}

async function runWatched(
  options: ProcessOptions & SwapOptions,
  { importer }: RunSources,
): Promise<void> {
  const { swapOnInput } = await import("../watch/swap_on_input.ts");
  await Process.main(options, (process) => {
    swapOnInput(process, { ...options, importer });
  });
  Deno.exit(); // a read of the input is still pending
}

/** Returns the process options that import this code. */
export function importersOf(
  { modules, buses, sources, texts, importer }: Pick<
    RunSources,
    "modules" | "buses" | "sources" | "texts" | "importer"
  >,
):
  & Required<Pick<ProcessOptions, "modules" | "buses" | "importer">>
  & Required<Pick<LaunchOptions, "pinnedImporter">> {
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
