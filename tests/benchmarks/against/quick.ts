import { fileURLToPath } from "node:url";
import { GOALS } from "../goals/goal_table.ts";

const ROOT = new URL("../../../", import.meta.url);

/** Time in which `--quick` begins runs, in ms: the last one ends in 90 s. */
export const QUICK_TIME = 75_000;
/** Maximum number of runs of each case in each tree. */
export const QUICK_RUNS = 25;

/** Cases of `--quick`: those of the suite core that have a goal. */
export const QUICK_CASES: readonly string[] = GOALS
  .filter(({ suite }) => suite === "core")
  .map((row) => `${row.suite}/${row.case}`);

/**
 * Returns the commit to compare with: the last release before this commit, or
 * its parent without one.
 */
export async function earlierCommit(): Promise<string> {
  const { success, stdout } = await new Deno.Command("git", {
    args: ["describe", "--tags", "--abbrev=0", "--match", "v*", "HEAD^"],
    cwd: fileURLToPath(ROOT),
    stderr: "null",
  }).output();
  return success ? new TextDecoder().decode(stdout).trim() : "HEAD^";
}
