import type { GuestRelay } from "@caryatid/process/internal/isolation";
import type { ChildOutput } from "../deno/child_output.ts";
import { configFlag } from "../project/project.ts";
import { denoArgs } from "../run/deno_args.ts";
import { openRelay, relayOrders } from "../run/guests.ts";
import type { RunOptions } from "../run/run_options.ts";
import { CodeVersions } from "./code_versions.ts";
import { modulesOf, planOf } from "./plan.ts";
import type { State } from "./state.ts";
import { WatchedChild } from "./watched_child.ts";

/** Options of {@linkcode WatchedProcess}. */
export interface WatchedProcessOptions {
  readonly files: readonly string[];
  readonly options: RunOptions;
  /** Receives the output (that of this program). */
  readonly output?: ChildOutput | undefined;
  /** Prints a line about the process. */
  readonly say: (line: string) => void;
}

/** Process that swaps its modules to new states, or restarts. */
export class WatchedProcess implements AsyncDisposable {
  readonly #options: WatchedProcessOptions;
  /** State that the process runs. */
  #running: State | undefined;
  #child: WatchedChild | undefined;
  #versions!: CodeVersions;
  #relay: GuestRelay | undefined;

  /** Does not start the process. */
  constructor(options: WatchedProcessOptions) {
    this.#options = options;
  }

  /** True while the process runs. */
  get running(): boolean {
    return this.#child?.running ?? false;
  }

  /** Exit code of the current or last process; never without a start. */
  get ended(): Promise<number> {
    return this.#child?.ended ?? new Promise(() => {});
  }

  /** Starts the process in a state. Ends the guests of the previous process. */
  async start(state: State): Promise<void> {
    await this.#endRelay();
    this.#running = state;
    const { project } = state.checked;
    this.#versions = new CodeVersions(state, [configFlag(project)]);
    this.#child = new WatchedChild(this.#argsOf(state), this.#options.output);
  }

  /** Starts the process again, in its last state. */
  async restart(): Promise<void> {
    if (this.#running) await this.start(this.#running);
  }

  /**
   * Swaps modules if that is enough, else restarts the process, unless
   * `isOver` returns true by then.
   */
  async apply(state: State, isOver: () => boolean): Promise<void> {
    const { say } = this.#options;
    if (!this.running || this.#running === undefined) {
      say("starting");
      return await this.start(state);
    }
    const plan = planOf(this.#running, state);
    if ("restart" in plan) {
      say(`restarting: a swap cannot change ${plan.restart}`);
      await this.stop();
      if (!isOver()) await this.start(state);
      return;
    }
    if (plan.swap.length === 0) return say("nothing to swap");
    say(`swapping ${plan.swap.join(", ")}`);
    const parts = modulesOf(state).filter(({ config }) =>
      plan.swap.includes(config.id)
    );
    this.#relay?.follow(relayOrders(state.checked, this.#options.options));
    await this.#child?.order(await this.#versions.orderFor(state, parts));
    this.#running = state;
  }

  /** Stops the process gracefully. Returns its exit code. */
  async stop(): Promise<number> {
    return await this.#child?.stop() ?? 0;
  }

  /** Kills the process. */
  kill(): void {
    this.#child?.kill();
  }

  /** Ends its guests. */
  async [Symbol.asyncDispose](): Promise<void> {
    await this.#endRelay();
  }

  /**
   * Opens the relay, too: this program starts the processes of isolated
   * modules.
   */
  #argsOf({ checked, sources }: State): readonly string[] {
    const { files, options } = this.#options;
    this.#relay = openRelay(checked, options);
    const relay = this.#relay?.address;
    return denoArgs(checked, files, { ...options, sources, relay });
  }

  async #endRelay(): Promise<void> {
    await this.#relay?.[Symbol.asyncDispose]();
    this.#relay = undefined;
  }
}
