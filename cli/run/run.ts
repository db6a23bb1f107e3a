import { CaryatidError } from "@caryatid/sdk";
import { denoCommand, shellLine } from "../deno/deno_command.ts";
import { isIsolated } from "../inspection/inspection.ts";
import { reusableUrls } from "../project/config_files.ts";
import { readValidConfig } from "../review/valid_config.ts";
import type { Terminal } from "../terminal/terminal.ts";
import { dashboardFile } from "./dashboard_file.ts";
import { checkOptions, denoArgs } from "./deno_args.ts";
import type { RunOptions } from "./run_options.ts";
import { forwardSignals } from "./signals.ts";

/**
 * Computed specifiers: Deno reads the files of a literal import() at the start,
 * used or not.
 */
const GUESTS: string = "./guests.ts";
const WATCH: string = "../watch/watch.ts";

/**
 * `caryatid run FILE…`: starts Deno with the fewest permissions that the files
 * need, forwards signals, and returns the exit code of the process; 2, without
 * starting it, if the configuration has a problem.
 */
export async function run(
  terminal: Terminal,
  files: readonly string[],
  options: RunOptions = {},
): Promise<number> {
  if (options.dashboard) {
    const { dashboard: _, ...others } = options;
    return await run(terminal, addDashboard(files, options), others);
  }
  // A printed command runs elsewhere, with other variables.
  const listsKeys = options.print === true;
  const all = { ...checkOptions(terminal, options), listsKeys };
  // The process itself logs the notices.
  const checked = await readValidConfig(terminal, reusableUrls(files), all);
  if (checked === undefined) return 2;
  const guests = checked.parts.some(isIsolated)
    ? await import(GUESTS) as typeof import("./guests.ts")
    : undefined;
  await guests?.fetchGuestCode(checked, all);
  const sources = await guests?.workerSources(checked, all);
  const own = { ...options, sources };
  if (options.print) {
    terminal.print(shellLine(denoArgs(checked, files, own)));
    return 0;
  }
  if (options.watch) {
    const { watch } = await import(
      WATCH
    ) as typeof import("../watch/watch.ts");
    return await watch({ terminal, files, options }, checked);
  }
  await using opened = guests?.openRelay(checked, options);
  const relay = opened?.address;
  const child = denoCommand(denoArgs(checked, files, { ...own, relay }), {
    stdin: "inherit",
    stdout: "inherit",
    stderr: "inherit",
  }).spawn();
  using signals = forwardSignals(() => child);
  return signals.exitCode(await child.status);
}

function addDashboard(
  files: readonly string[],
  { process }: RunOptions,
): readonly string[] {
  if (process === undefined) return [dashboardFile(), ...files];
  throw new CaryatidError(
    "INVALID_OPTION",
    "Cannot add a dashboard: found --process, whose modules the file lists; " +
      "expected a file for one process",
    { hint: `Add "dashboard" to modules of [process.${process}].` },
  );
}
