import {
  cachedFlags,
  type Grant,
  grantsOf,
  isolationFlags,
  startGrants,
} from "../permissions/grants.ts";
import { permissionFlags } from "../permissions/permission_flags.ts";
import { projectFlags } from "../project/project.ts";
import type { CheckedConfig, CheckOptions } from "../review/checked_config.ts";
import { progressTo, type Terminal } from "../terminal/terminal.ts";
import { type RunOptions, SOURCE_FLAGS } from "./run_options.ts";
import { type ProgramOptions, runProgramUrl } from "./run_program.ts";
import { lookedUpVariables } from "./variables.ts";

/**
 * Time after the stop deadline until a process is killed, in milliseconds: it
 * closes its buses for up to 2 s, and Deno has to end.
 */
export const STOP_GRACE = 3_000;

/** Returns the options by which `run` checks a configuration. */
export function checkOptions(
  terminal: Terminal,
  options: RunOptions,
): CheckOptions {
  const { flags = [], deadline, process, envPrefix } = options;
  return {
    flags: flags.filter((flag) => SOURCE_FLAGS.includes(flag)),
    allowImport: importHosts(options),
    deadline,
    process,
    envPrefix,
    progress: progressTo(terminal),
  };
}

/** Settings that follow from the isolation of modules. */
export interface IsolationOptions extends Pick<ProgramOptions, "relay"> {
  /** See `workerSources`. */
  readonly sources?: readonly Grant[] | undefined;
}

/**
 * Returns the arguments by which Deno runs these files with no more permissions
 * than they need.
 */
export function denoArgs(
  checked: CheckedConfig,
  files: readonly string[],
  options: RunOptions & Pick<ProgramOptions, "lifeline"> & IsolationOptions,
): string[] {
  const { allowAll, grants = [], flags = [], lifeline, relay, sources = [] } =
    options;
  const watched = options.watch && !options.print;
  const { process, envPrefix } = checked.config;
  return [
    "run",
    "--no-prompt",
    ...projectFlags(checked.project),
    ...isolationFlags(checked),
    ...cachedFlags(checked),
    ...withoutReload(flags),
    ...allowAll ? ["--allow-all"] : permissionFlags(
      [
        ...startGrants(checked, relay),
        ...relay ? [] : sources, // the relay sends the code of workers
        ...grantsOf(checked),
      ],
      grants,
      checked.config.importHosts,
    ),
    runProgramUrl(checked.parts, {
      process,
      envPrefix,
      variables: lookedUpVariables(checked),
      lifeline,
      watched,
      relay,
    }),
    ...files,
  ];
}

/** Removes `--reload`: the inspection has reloaded the code. */
export function withoutReload(flags: readonly string[]): string[] {
  return flags.filter((flag) => flag !== "--reload");
}

/**
 * Returns the additional hosts that code may come from: "" for all, as under
 * `--allow-all` or a bare `--allow-import`.
 */
export function importHosts({ allowAll, grants = [] }: RunOptions): string[] {
  if (allowAll) return [""];
  return grants.flatMap((flag) => {
    const [, value] = flag.match(/^--allow-import(?:=(.*))?$/) ?? [flag];
    if (!flag.startsWith("--allow-import")) return [];
    return value?.split(",") ?? [""];
  });
}
