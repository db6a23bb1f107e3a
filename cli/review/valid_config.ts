import { showProblems } from "../terminal/show_problems.ts";
import type { Terminal } from "../terminal/terminal.ts";
import {
  type CheckedConfig,
  type CheckOptions,
  readCheckedConfig,
} from "./checked_config.ts";

/**
 * Reads a configuration like {@linkcode readCheckedConfig}. If it has problems,
 * prints them without the notices and returns undefined.
 */
export async function readValidConfig(
  terminal: Terminal,
  files: readonly URL[],
  options?: CheckOptions,
): Promise<CheckedConfig | undefined> {
  const checked = await readCheckedConfig(files, options);
  if (checked.problems.length === 0) return checked;
  showProblems(terminal, checked.problems, []);
  return undefined;
}
