import { formatProblem } from "@caryatid/process/internal/config";
import type { CodedProblem } from "../inspection/inspection.ts";
import { colored, harmless, type Terminal } from "./terminal.ts";

/** Prints problems as errors and notices as warnings, each with its place. */
export function showProblems(
  terminal: Terminal,
  problems: readonly CodedProblem[],
  notices: readonly CodedProblem[],
): void {
  for (const problem of problems) {
    const kind = colored(terminal, "red", `error [${problem.code}]`);
    terminal.printError(`${kind} ${indented(problem)}`);
  }
  for (const notice of notices) {
    const kind = colored(terminal, "yellow", "warning");
    terminal.printError(`${kind} ${indented(notice)}`);
  }
}

/** Returns a count with its noun: `1 problem`, `2 problems`. */
export function pluralized(count: number, noun: string): string {
  const plural = noun.endsWith("s") ? `${noun}es` : `${noun}s`;
  return `${count} ${count === 1 ? noun : plural}`;
}

function indented(problem: CodedProblem): string {
  return harmless(formatProblem(problem), "many").replaceAll("\n", "\n    ");
}
