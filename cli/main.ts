import { CaryatidError } from "@caryatid/sdk";
import { parseRun } from "./run/run_options.ts";
import { exitCodeOf, formatError } from "./terminal/format_error.ts";
import {
  colored,
  standardTerminal,
  type Terminal,
} from "./terminal/terminal.ts";

/**
 * All other commands. The specifier is computed, since Deno reads the files of
 * a literal import() at the start, used or not: these are twice as many files
 * as `run` needs, and loading commander takes as long as loading everything
 * else.
 */
const PROGRAM: string = "./program.ts";

/**
 * Runs a command line. Returns its exit code: 0 success, 1 failure, 2 the
 * command line, the configuration or its modules are wrong, 3 work was still in
 * flight at the stop deadline. Never rejects.
 *
 * @example
 * ```ts
 * import { main } from "@caryatid/cli";
 * import assert from "node:assert/strict";
 *
 * const printed: string[] = [];
 * const code = await main(["--version"], {
 *   print: (line) => printed.push(line),
 *   printError: (line) => assert.fail(line),
 *   colors: false,
 * });
 * assert.equal(code, 0);
 * assert.match(printed.join(), /^\d+\.\d+\.\d+$/);
 * ```
 */
export async function main(
  args: readonly string[],
  terminal: Terminal = standardTerminal(),
): Promise<number> {
  try {
    const parsed = parseRun(args);
    if (parsed) {
      const { run } = await import("./run/run.ts");
      return await run(terminal, parsed.files, parsed.options);
    }
    const { runProgram } = await import(
      PROGRAM
    ) as typeof import("./program.ts");
    const code = await runProgram(args, terminal);
    if (code === 0 && terminal.loss !== undefined) {
      throw lossError(terminal.loss);
    }
    return code;
  } catch (error) {
    const kind = colored(terminal, "red", "error");
    terminal.printError(`${kind} ${formatError(error)}`);
    return exitCodeOf(error);
  }
}

function lossError(cause: unknown): CaryatidError {
  return new CaryatidError(
    "STORAGE_FAILED",
    `Cannot write to standard output: ${(cause as Error).message}`,
    { cause },
  );
}
