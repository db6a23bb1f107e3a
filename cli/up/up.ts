import { onStopSignal } from "@caryatid/process/internal/platform";
import { reusableUrls } from "../project/config_files.ts";
import { readCheckedConfig } from "../review/checked_config.ts";
import { denoArgs, STOP_GRACE } from "../run/deno_args.ts";
import { fetchGuestCode, openRelay, workerSources } from "../run/guests.ts";
import { showProblems } from "../terminal/show_problems.ts";
import { progressTo, type Terminal } from "../terminal/terminal.ts";
import { MergedLog } from "./merged_log.ts";
import { processesOf, type UpOptions } from "./processes.ts";
import {
  mostSevere,
  SupervisedProcess,
  WRONG_CONFIG,
} from "./supervised_process.ts";

/**
 * `caryatid up FILE…`: starts every process of the files, merges their logs,
 * restarts those that fail, and stops all in the reverse order. Starts none if
 * the configuration has a problem. Returns the exit code: the most severe of 2,
 * 3, 1 and 0.
 */
export async function up(
  terminal: Terminal,
  files: readonly string[],
  { only, ...options }: UpOptions = {},
): Promise<number> {
  const checked = await readCheckedConfig(reusableUrls(files), options);
  showProblems(terminal, checked.problems, checked.notices);
  if (checked.problems.length > 0) return WRONG_CONFIG;
  const processes = processesOf(checked, only);
  const { log, stopDeadline } = checked.config;
  const merged = new MergedLog(terminal, {
    names: [...processes.keys()],
    format: log.format,
    colors: Deno.stdout.isTerminal() && !Deno.noColor,
  });
  await fetchGuestCode(checked, options);
  const sources = await workerSources(checked, options);
  await using relays = new AsyncDisposableStack();
  const { flags, allowImport } = options;
  const grants = allowImport?.map((hosts) => `--allow-import=${hosts}`);
  const runOptions = { flags, grants, lifeline: true };
  const supervised = [...processes].map(([name, own]) => {
    const relay = relays.use(openRelay(own, runOptions))?.address;
    return new SupervisedProcess({
      args: denoArgs(own, files, { ...runOptions, relay, sources }),
      stopDeadline: stopDeadline + STOP_GRACE,
      onOutput: (line) => merged.printOutput(name, line),
      onError: (line) => merged.printError(name, line),
    });
  });
  return await runAll(terminal, supervised);
}

async function runAll(
  terminal: Terminal,
  processes: readonly SupervisedProcess[],
): Promise<number> {
  let stopping: Promise<void> | undefined;
  const stop = () => stopping ??= stopAll(processes);
  const ignoreSignals = onStopSignal((signal) => {
    progressTo(terminal)(`${signal} received, stopping all`);
    stop();
  }, () => processes.forEach((one) => one.kill()));
  try {
    const results = await Promise.allSettled(processes.map(async (one) => {
      try {
        const code = await one.run();
        if (code === WRONG_CONFIG) stop();
        return code;
      } catch (error) {
        stop();
        throw error;
      }
    }));
    await stopping;
    const failed = results.find(({ status }) => status === "rejected");
    if (failed) throw (failed as PromiseRejectedResult).reason;
    return mostSevere(results.map((one) => (one as { value: number }).value));
  } finally {
    ignoreSignals();
  }
}

/**
 * Stops one after the other, the last one first: it may need the processes
 * before it while it drains.
 */
async function stopAll(
  processes: readonly SupervisedProcess[],
): Promise<void> {
  for (const one of processes.toReversed()) await one.stop();
}
