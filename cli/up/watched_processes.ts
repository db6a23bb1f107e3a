import type { ProcessConfig } from "@caryatid/process/internal/config";
import type { ChildOutput } from "../deno/child_output.ts";
import { limitedToProcess } from "../review/checked_config.ts";
import { denoArgs, STOP_GRACE } from "../run/deno_args.ts";
import type { RunOptions } from "../run/run_options.ts";
import type { Terminal } from "../terminal/terminal.ts";
import type { ProjectWatch } from "../watch/project_watch.ts";
import type { State } from "../watch/state.ts";
import { MergedLog } from "./merged_log.ts";
import { mostSevere } from "./supervised_process.ts";
import { WatchedSupervision } from "./watched_supervision.ts";

/** Options of {@linkcode WatchedProcesses}. */
export interface WatchedProcessesOptions {
  readonly terminal: Terminal;
  readonly files: readonly string[];
  readonly options: RunOptions;
  readonly project: ProjectWatch;
  /** Names of the processes, in the order of the files. */
  readonly names: readonly string[];
}

/** The processes of a configuration, which follow the states of a project. */
export class WatchedProcesses {
  readonly #options: WatchedProcessesOptions;
  readonly #supervised: ReadonlyMap<string, WatchedSupervision>;

  /** Does not start the processes; `config` has the settings of all. */
  constructor(
    options: WatchedProcessesOptions,
    { log, stopDeadline }: ProcessConfig,
  ) {
    this.#options = options;
    const { names, project } = options;
    const outputs = outputsOf(options.terminal, names, log.format);
    this.#supervised = new Map(names.map((name) => [
      name,
      new WatchedSupervision({
        ...options,
        output: outputs?.(name),
        say: (line) => project.say(outputs ? `${name}: ${line}` : line),
        stopDeadline: stopDeadline + STOP_GRACE,
      }),
    ]));
  }

  /** Starts the processes in a state, and keeps them running. */
  async start(state: State): Promise<void> {
    for (const [name, one] of this.#supervised) {
      await one.start(this.#limited(state, name));
    }
  }

  /** Swaps the modules of each process to a state, or restarts the process. */
  async apply(state: State): Promise<void> {
    for (const [name, one] of this.#supervised) {
      await one.apply(this.#limited(state, name));
    }
  }

  /** Stops the processes, the last one first. Returns the exit code. */
  async stop(): Promise<number> {
    const codes = [];
    for (const one of [...this.#supervised.values()].toReversed()) {
      codes.push(await one.stop());
    }
    return mostSevere(codes);
  }

  /** Kills the processes. */
  kill(): void {
    for (const one of this.#supervised.values()) one.kill();
  }

  /** Limits a state to one process, if the files have several. */
  #limited(state: State, name: string): State {
    const { checked, sources } = state;
    if (checked.config.processes.length === 0) return state;
    const { files, options } = this.#options;
    const own = limitedToProcess(checked, name);
    const args = denoArgs(own, files, { ...options, sources });
    return { ...state, checked: own, args };
  }
}

/**
 * Returns the outputs of several processes; undefined for one process, which
 * writes to the terminal itself.
 */
function outputsOf(
  terminal: Terminal,
  names: readonly string[],
  format: "json" | "pretty",
): ((name: string) => ChildOutput) | undefined {
  if (names.length === 1) return undefined;
  const colors = Deno.stdout.isTerminal() && !Deno.noColor;
  const merged = new MergedLog(terminal, { names, format, colors });
  return (name) => ({
    onOutput: (line) => merged.printOutput(name, line),
    onError: (line) => merged.printError(name, line),
  });
}
