import { configUrl } from "./config_files.ts";
import { permissionFlags } from "./deno_flags.ts";
import { grantsOf } from "./grants.ts";
import { safeEnvironment } from "./inspection/child.ts";
import { passOnSignals } from "./pass_on_signals.ts";
import { projectFlags } from "./project.ts";
import { type RunOptions, SOURCE_FLAGS } from "./run_options.ts";
import { runProgramUrl } from "./run_program.ts";
import { shellLine } from "./shell_line.ts";
import { showProblems } from "./show_problems.ts";
import { readSubject, type Subject } from "./subject.ts";
import { coloured, type Terminal } from "./terminal.ts";

/**
 * `caryatid run FILE…`: starts Deno with the fewest permissions that the files need, passes signals on, and gives the exit code of
 * what ran. Nothing starts if something is wrong: then it is 2.
 */
export async function runFiles(
  terminal: Terminal,
  files: readonly string[],
  options: RunOptions = {},
): Promise<number> {
  const { flags = [], grants = [] } = options;
  const subject = await readSubject(files.map(configUrl), {
    flags: flags.filter((flag) => SOURCE_FLAGS.includes(flag)),
    allowImport: importHosts(options),
    deadline: options.deadline,
    progress: (line) => terminal.complain(coloured(terminal, "dim", line)),
  });
  if (subject.problems.length > 0) {
    // What is only a notice is logged by the process itself.
    showProblems(terminal, subject.problems, []);
    return 2;
  }
  const args = [...denoArgs(subject, { ...options, flags, grants }), ...files];
  if (!options.print) return await start(args);
  terminal.print(shellLine("deno", args));
  return 0;
}

function denoArgs(subject: Subject, options: RunOptions): string[] {
  const { allowAll, grants = [], flags = [] } = options;
  return [
    "run",
    "--no-prompt",
    ...projectFlags(subject.project),
    // Looking into the modules has reloaded them.
    ...flags.filter((flag) => flag !== "--reload"),
    ...allowAll
      ? ["--allow-all"]
      : permissionFlags(grantsOf(subject), grants, subject.config.importHosts),
    runProgramUrl(subject.parts),
  ];
}

/** With `--allow-all` code may come from anywhere; with `--allow-import`, too. */
function importHosts({ allowAll, grants = [] }: RunOptions): string[] {
  if (allowAll) return [""];
  return grants.flatMap((flag) => {
    const [, value] = flag.match(/^--allow-import(?:=(.*))?$/) ?? [flag];
    if (!flag.startsWith("--allow-import")) return [];
    return value?.split(",") ?? [""];
  });
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
  using _ = passOnSignals(child);
  return (await child.status).code;
}
