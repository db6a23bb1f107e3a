import { isDeepStrictEqual } from "node:util";
import { ConfigError } from "@caryatid/process";
import { onStopSignal } from "@caryatid/process/internal/platform";
import { reusableUrls } from "../project/config_files.ts";
import {
  type CheckedConfig,
  readCheckedConfig,
} from "../review/checked_config.ts";
import { whenAborted } from "../run/delay.ts";
import { fetchGuestCode } from "../run/guests.ts";
import type { RunOptions } from "../run/run_options.ts";
import { showProblems } from "../terminal/show_problems.ts";
import { progressTo, type Terminal } from "../terminal/terminal.ts";
import { ProjectWatch } from "../watch/project_watch.ts";
import type { State } from "../watch/state.ts";
import { processesOf, type UpOptions } from "./processes.ts";
import { WatchedProcesses } from "./watched_processes.ts";

/**
 * `caryatid up --watch` and `caryatid dev`: starts every process of the files,
 * swaps modules whose code changes, and restarts processes that fail.
 *
 * A configuration with a problem is not an end: the command waits for a change.
 * Returns the exit code.
 */
export async function watchedUp(
  terminal: Terminal,
  files: readonly string[],
  { only, ...source }: UpOptions = {},
): Promise<number> {
  const { allowImport, ...checking } = source;
  const grants = allowImport?.map((hosts) => `--allow-import=${hosts}`);
  const options: RunOptions = { ...checking, grants, watch: true };
  const urls = reusableUrls(files);
  const stopping = new AbortController();
  let processes: WatchedProcesses | undefined;
  const ignoreSignals = onStopSignal((signal) => {
    progressTo(terminal)(`${signal} received, stopping all`);
    stopping.abort();
  }, () => processes?.kill());
  try {
    await using project = new ProjectWatch({ terminal, files, options });
    const { signal } = stopping;
    let state = await firstState(terminal, project, urls, source, signal);
    if (state) await fetchGuestCode(state.checked, source);
    let code = 0;
    while (state && !signal.aborted) {
      const names = [...processesOf(state.checked, only).keys()];
      const all = { terminal, files, options, project, names };
      processes = new WatchedProcesses(all, state.checked.config);
      await processes.start(state);
      const hasSame = ({ checked }: State) =>
        isDeepStrictEqual([...processesOf(checked, only).keys()], names);
      state = await follow(project, processes, signal, hasSame);
      if (state) project.say("restarting all: the list of processes changed");
      code = await processes.stop();
    }
    return code;
  } finally {
    ignoreSignals();
  }
}

/**
 * Applies the states of a project to its processes, as long as `hasSame`
 * returns true for their list. Returns the first state with another list;
 * undefined once the command is stopped.
 */
async function follow(
  project: ProjectWatch,
  processes: WatchedProcesses,
  signal: AbortSignal,
  hasSame: (state: State) => boolean,
): Promise<State | undefined> {
  const aborted = whenAborted(signal);
  for (;;) {
    const state = await Promise.race([project.next(), aborted]);
    if (state === undefined || signal.aborted) return undefined;
    try {
      if (!hasSame(state)) return state;
      await processes.apply(state);
    } catch (error) { // a process of --only was removed
      project.printError(error);
      project.say("the old code keeps running");
    }
  }
}

/**
 * Returns the first state without a problem; undefined if the command is
 * stopped before.
 */
async function firstState(
  terminal: Terminal,
  project: ProjectWatch,
  urls: readonly URL[],
  options: UpOptions,
  signal: AbortSignal,
): Promise<State | undefined> {
  let checked: CheckedConfig | undefined;
  try {
    checked = await readCheckedConfig(urls, options);
    showProblems(terminal, checked.problems, checked.notices);
    if (checked.problems.length === 0) return await project.begin(checked);
  } catch (error) {
    if (!(error instanceof ConfigError)) throw error;
    project.printError(error);
  }
  await project.beginBroken(checked);
  return await Promise.race([project.next(), whenAborted(signal)]);
}
