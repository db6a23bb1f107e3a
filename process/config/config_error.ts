import { CaryatidError } from "@caryatid/sdk";
import type { ConfigProblem, Place } from "./process_config.ts";

const MOST_LINES = 50;

/**
 * Error `INVALID_CONFIG`, with all problems of a configuration.
 *
 * @example
 * ```ts
 * import { ConfigError, Process } from "@caryatid/process";
 * import assert from "node:assert/strict";
 *
 * const config = "[message-bus.memory]\nclass = 1";
 * await assert.rejects(Process.create({ config, env: {} }), (error) => {
 *   assert(error instanceof ConfigError);
 *   assert.equal(error.problems[0]?.key, "message-bus.memory.class");
 *   return true;
 * });
 * ```
 */
export class ConfigError extends CaryatidError {
  /** All problems, in the order of the files. */
  readonly problems: readonly ConfigProblem[];

  /**
   * The message has a line for each problem, up to 50; the hint of a single
   * problem is the error's.
   */
  constructor(problems: readonly ConfigProblem[], options: ErrorOptions = {}) {
    super("INVALID_CONFIG", summary(problems), {
      ...options,
      hint: problems.length === 1 ? problems[0]!.hint : undefined,
    });
    this.problems = problems;
  }
}

/** Formats a problem as a line: place, message, and the hint in parentheses. */
export function formatProblem(problem: ConfigProblem): string {
  const hint = problem.hint === undefined ? "" : ` (${problem.hint})`;
  return withPlace(problem) + hint;
}

/** Formats a place as `file:line:column`. */
export function formatPlace({ source, line, column }: Place): string {
  if (line === undefined) return source;
  return column === undefined
    ? `${source}:${line}`
    : `${source}:${line}:${column}`;
}

/** Error `ABORTED` with the reason of the signal as its cause. */
export function abortedError(signal: AbortSignal): CaryatidError {
  return new CaryatidError(
    "ABORTED",
    "Cannot read the configuration: its signal fired",
    { cause: signal.reason },
  );
}

function summary(problems: readonly ConfigProblem[]): string {
  if (problems.length === 1) return withPlace(problems[0]!);
  const lines = problems.slice(0, MOST_LINES).map(formatProblem);
  const more = problems.length - lines.length;
  if (more > 0) lines.push(`and ${more} more`);
  return `Cannot use the configuration: found ${problems.length} problems\n` +
    lines.map((line) => `  ${line}`).join("\n");
}

function withPlace({ place, message }: ConfigProblem): string {
  return place ? `${formatPlace(place)}: ${message}` : message;
}
