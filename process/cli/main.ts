import { CaryatidError } from "@caryatid/sdk";
import { exitCodeOf } from "./exit_code.ts";
import { explained } from "./explained.ts";
import { parseRun } from "./parse_run.ts";
import { coloured, standardTerminal, type Terminal } from "./terminal.ts";

/**
 * All other commands. Deno reads the files of a literal import() at the start, used or not; these are twice as many as `run` has,
 * and their parser takes as long to load as all the rest.
 */
const PROGRAM: string = "./program.ts";

/**
 * Runs a command line; gives its exit code: 0 all is well, 1 it failed, 2 the command line, the configuration or its modules are
 * wrong, 3 work was still going on at the stop deadline. Never rejects.
 *
 * @example
 * ```ts
 * import { main } from "@caryatid/process/cli";
 * import assert from "node:assert/strict";
 *
 * const printed: string[] = [];
 * const code = await main(["--version"], {
 *   print: (line) => printed.push(line),
 *   complain: (line) => assert.fail(line),
 *   colours: false,
 * });
 * assert.equal(code, 0);
 * assert.match(printed.join(), /^\d+\.\d+\.\d+$/);
 * ```
 */
export async function main(
  args: readonly string[],
  terminal: Terminal = standardTerminal,
): Promise<number> {
  try {
    const run = parseRun(args);
    if (run) {
      const { runFiles } = await import("./run.ts");
      return await runFiles(terminal, run.files, run.options);
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
    const kind = coloured(terminal, "red", "error");
    terminal.complain(`${kind} ${explained(error)}`);
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
