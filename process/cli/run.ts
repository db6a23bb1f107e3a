import { safeEnvironment } from "./inspection/child.ts";
import { lastingUrls } from "./lasting_files.ts";
import { passOnSignals } from "./pass_on_signals.ts";
import { denoArgs, subjectOptions } from "./run_args.ts";
import type { RunOptions } from "./run_options.ts";
import { shellLine } from "./shell_line.ts";
import { showProblems } from "./show_problems.ts";
import { isIsolated, readSubject } from "./subject.ts";
import type { Terminal } from "./terminal.ts";

/** Deno reads the files of a literal import() at the start, used or not. */
const GUESTS: string = "./guests.ts";
const WATCH: string = "./watch/watch.ts";

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
  const subject = await readSubject(lastingUrls(files), all);
  if (subject.problems.length > 0) {
    // What is only a notice is logged by the process itself.
    showProblems(terminal, subject.problems, []);
    return 2;
  }
  const guests = subject.parts.some(isIsolated)
    ? await import(GUESTS) as typeof import("./guests.ts")
    : undefined;
  await guests?.fetchGuestCode(subject, all);
  const sources = await guests?.workerSources(subject, all);
  const own = { ...options, sources };
  if (options.print) {
    terminal.print(shellLine("deno", denoArgs(subject, files, own)));
    return 0;
  }
  if (options.watch) {
    const { Watch } = await import(
      WATCH
    ) as typeof import("./watch/watch.ts");
    return await new Watch({ terminal, files, options }).run(subject);
  }
  await using opened = guests?.openRelay(subject, options);
  const relay = opened?.address;
  return await start(denoArgs(subject, files, { ...own, relay }));
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
  using signals = passOnSignals(() => child);
  return signals.exitCode(await child.status);
}
