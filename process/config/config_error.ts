import { CaryatidError } from "@caryatid/sdk";
import type { Place, Problem } from "./process_config.ts";

const MOST_LINES = 50;

/**
 * A configuration has errors: `INVALID_CONFIG`, with all of them.
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
  /** All that is wrong, in the order in which it was found. */
  readonly problems: readonly Problem[];

  /** The message has a line for each problem, up to 50; the hint of a single problem is the error's. */
  constructor(problems: readonly Problem[], options: ErrorOptions = {}) {
    super("INVALID_CONFIG", summary(problems), {
      ...options,
      hint: problems.length === 1 ? problems[0]!.hint : undefined,
    });
    this.problems = problems;
  }
}

/** Writes a problem as a line: where, what, and in parentheses the next step. */
export function formatProblem(problem: Problem): string {
  const hint = problem.hint === undefined ? "" : ` (${problem.hint})`;
  return withPlace(problem) + hint;
}

/** Writes a place as `file:line:column`. */
export function formatPlace({ source, line, column }: Place): string {
  if (line === undefined) return source;
  return column === undefined
    ? `${source}:${line}`
    : `${source}:${line}:${column}`;
}

/** `ABORTED`, with the signal's reason as its cause. */
export function abortedError(signal: AbortSignal): CaryatidError {
  return new CaryatidError(
    "ABORTED",
    "Cannot read the configuration: its signal fired",
    { cause: signal.reason },
  );
}

function summary(problems: readonly Problem[]): string {
  if (problems.length === 1) return withPlace(problems[0]!);
  const lines = problems.slice(0, MOST_LINES).map(formatProblem);
  const more = problems.length - lines.length;
  if (more > 0) lines.push(`and ${more} more`);
  return `Cannot use the configuration: found ${problems.length} problems\n` +
    lines.map((line) => `  ${line}`).join("\n");
}

function withPlace({ place, message }: Problem): string {
  return place ? `${formatPlace(place)}: ${message}` : message;
}
