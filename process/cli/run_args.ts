import { permissionFlags } from "./deno_flags.ts";
import {
  cachedFlags,
  type Grant,
  grantsOf,
  isolationFlags,
  startGrants,
} from "./grants.ts";
import { projectFlags } from "./project.ts";
import { type RunOptions, SOURCE_FLAGS } from "./run_options.ts";
import { type ProgramOptions, runProgramUrl } from "./run_program.ts";
import type { Subject, SubjectOptions } from "./subject.ts";
import { coloured, type Terminal } from "./terminal.ts";

/** How `run` looks into the modules. */
export function subjectOptions(
  terminal: Terminal,
  options: RunOptions,
): SubjectOptions {
  const { flags = [], deadline, process } = options;
  return {
    flags: flags.filter((flag) => SOURCE_FLAGS.includes(flag)),
    allowImport: importHosts(options),
    deadline,
    process,
    progress: (line) => terminal.complain(coloured(terminal, "dim", line)),
  };
}

/** What only the isolation of modules needs, besides what the configuration says. */
export interface IsolationParts extends Pick<ProgramOptions, "relay"> {
  /** See {@linkcode workerSources}. */
  readonly sources?: readonly Grant[] | undefined;
}

/** What Deno is given to run these files with no more permissions than they need. */
export function denoArgs(
  subject: Subject,
  files: readonly string[],
  options: RunOptions & Pick<ProgramOptions, "lifeline"> & IsolationParts,
): string[] {
  const { allowAll, grants = [], flags = [], lifeline, relay, sources = [] } =
    options;
  const watched = options.watch && !options.print;
  const { process } = subject.config;
  return [
    "run",
    "--no-prompt",
    ...projectFlags(subject.project),
    ...isolationFlags(subject),
    ...cachedFlags(subject),
    // Looking into the modules has reloaded them.
    ...flags.filter((flag) => flag !== "--reload"),
    ...allowAll ? ["--allow-all"] : permissionFlags(
      [...startGrants(subject, relay), ...sources, ...grantsOf(subject)],
      grants,
      subject.config.importHosts,
    ),
    runProgramUrl(subject.parts, { process, lifeline, watched, relay }),
    ...files,
  ];
}

/** With `--allow-all` code may come from anywhere; with `--allow-import`, too. */
export function importHosts({ allowAll, grants = [] }: RunOptions): string[] {
  if (allowAll) return [""];
  return grants.flatMap((flag) => {
    const [, value] = flag.match(/^--allow-import(?:=(.*))?$/) ?? [flag];
    if (!flag.startsWith("--allow-import")) return [];
    return value?.split(",") ?? [""];
  });
}
