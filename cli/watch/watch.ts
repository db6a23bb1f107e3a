import { Interrupt } from "../run/signals.ts";
import type { CheckedConfig } from "../review/checked_config.ts";
import { ProjectWatch, type ProjectWatchOptions } from "./project_watch.ts";
import type { State } from "./state.ts";
import { WatchedProcess } from "./watched_process.ts";

/**
 * `caryatid run --watch`: runs a process and swaps its modules when their files
 * change.
 *
 * If the new code has a problem, the problem is shown and the old code keeps
 * running. A change that a swap cannot apply restarts the process gracefully.
 * Returns the exit code of the last process.
 */
export async function watch(
  options: ProjectWatchOptions,
  checked: CheckedConfig,
): Promise<number> {
  using interrupt = new Interrupt();
  await using project = new ProjectWatch(options);
  const say = (line: string) => project.say(line);
  await using process = new WatchedProcess({ ...options, say });
  await process.start(await project.begin(checked));
  let next = project.next();
  while (!interrupt.fired) {
    const ended = process.running ? [process.ended] : [];
    const found = await Promise.race([next, ...ended, interrupt.promise]);
    if (interrupt.fired) break;
    if (typeof found === "number") {
      say(`the process ended with exit code ${found}, waiting for a change`);
      continue;
    }
    await tryApply(project, process, found as State, () => interrupt.fired);
    next = project.next();
  }
  return await process.ended;
}

/** Applies a state, or prints why that fails. */
export async function tryApply(
  project: ProjectWatch,
  process: WatchedProcess,
  state: State,
  isOver: () => boolean,
): Promise<void> {
  try {
    await process.apply(state, isOver);
  } catch (error) { // a file may have been removed again
    project.printError(error);
    project.say("the old code keeps running");
  }
}
