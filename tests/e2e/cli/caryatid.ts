import { fileURLToPath } from "node:url";
import { RunningProgram } from "../../support/running_program.ts";

/** Path of the command. */
export const COMMAND: string = fileURLToPath(
  new URL("../../../cli/mod.ts", import.meta.url),
);

/** Output and exit code of a command line. */
export interface Ran {
  readonly code: number;
  readonly stdout: string;
  readonly stderr: string;
}

/** Starts `caryatid` with these arguments, in a folder (the repository). */
export function startCaryatid(
  args: readonly string[],
  env: Readonly<Record<string, string>> = {},
  cwd?: string,
): RunningProgram {
  const options = cwd === undefined ? {} : { cwd };
  return new RunningProgram(["run", "-A", COMMAND, ...args], env, options);
}

/**
 * Stops what `run` started with SIGTERM: a killed command could not forward the
 * signal.
 */
export async function stop(program: RunningProgram): Promise<void> {
  program.kill("SIGTERM");
  await program.exitCode();
}

/** Runs `caryatid` until it ends. */
export async function caryatid(
  args: readonly string[],
  env: Readonly<Record<string, string>> = {},
): Promise<Ran> {
  await using program = startCaryatid(args, env);
  const code = await program.exitCode();
  return {
    code,
    stdout: program.lines.join("\n"),
    stderr: await program.stderr,
  };
}
