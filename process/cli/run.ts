import { configUrl } from "./config_files.ts";
import { safeEnvironment } from "./inspection/child.ts";
import { passOnSignals } from "./pass_on_signals.ts";
import { denoArgs, subjectOptions } from "./run_args.ts";
import type { RunOptions } from "./run_options.ts";
import { shellLine } from "./shell_line.ts";
import { showProblems } from "./show_problems.ts";
import { readSubject } from "./subject.ts";
import type { Terminal } from "./terminal.ts";

/**
 * `caryatid run FILE…`: starts Deno with the fewest permissions that the files need, passes signals on, and gives the exit code of
 * what ran. Nothing starts if something is wrong: then it is 2.
 */
export async function runFiles(
  terminal: Terminal,
  files: readonly string[],
  options: RunOptions = {},
): Promise<number> {
  const all = subjectOptions(terminal, options);
  const subject = await readSubject(files.map(configUrl), all);
  if (subject.problems.length > 0) {
    // What is only a notice is logged by the process itself.
    showProblems(terminal, subject.problems, []);
    return 2;
  }
  const args = denoArgs(subject, files, options);
  if (options.print) {
    terminal.print(shellLine("deno", args));
    return 0;
  }
  if (!options.watch) return await start(args);
  const { Watch } = await import("./watch/watch.ts");
  return await new Watch({ terminal, files, options }).run(subject);
}

async function start(args: readonly string[]): Promise<number> {
  const child = new Deno.Command(Deno.execPath(), {
    args: [...args],
    env: safeEnvironment(),
    clearEnv: true,
    stdin: "inherit",
    stdout: "inherit",
    stderr: "inherit",
  }).spawn();
  using _ = passOnSignals(() => child);
  return (await child.status).code;
}
