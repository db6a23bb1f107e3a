import { fileURLToPath } from "node:url";
import { RunningProgram } from "../support/running_program.ts";

/** The command, as a program. */
export const COMMAND: string = fileURLToPath(
  new URL("../../process/cli/mod.ts", import.meta.url),
);

/** What a command line printed, and how it ended. */
export interface Ran {
  readonly code: number;
  readonly stdout: string;
  readonly stderr: string;
}

/** Starts `caryatid` with these arguments, as a user would. */
export function startCaryatid(
  args: readonly string[],
  env: Readonly<Record<string, string>> = {},
): RunningProgram {
  return new RunningProgram(["run", "-A", COMMAND, ...args], env);
}

/** Ends what `run` started as an operator would: killed, the command could not pass that on. */
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
