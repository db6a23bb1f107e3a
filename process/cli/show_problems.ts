import { formatProblem } from "../config/config_error.ts";
import type { CodedProblem } from "./subject.ts";
import { coloured, harmless, type Terminal } from "./terminal.ts";

/** Writes what is wrong, and what is probably not meant, each with its place. */
export function showProblems(
  terminal: Terminal,
  problems: readonly CodedProblem[],
  notices: readonly CodedProblem[],
): void {
  for (const problem of problems) {
    const kind = coloured(terminal, "red", `error [${problem.code}]`);
    terminal.complain(`${kind} ${written(problem)}`);
  }
  for (const notice of notices) {
    const kind = coloured(terminal, "yellow", "warning");
    terminal.complain(`${kind} ${written(notice)}`);
  }
}

/** `1 problem`, `2 problems`. */
export function counted(count: number, what: string): string {
  const plural = what.endsWith("s") ? `${what}es` : `${what}s`;
  return `${count} ${count === 1 ? what : plural}`;
}

function written(problem: CodedProblem): string {
  return harmless(formatProblem(problem), "many").replaceAll("\n", "\n    ");
}
