import { inTime } from "@caryatid/process/internal/lifecycle";
import { delay, whenAborted } from "../run/delay.ts";
import type { ProjectWatch } from "../watch/project_watch.ts";
import type { State } from "../watch/state.ts";
import { tryApply } from "../watch/watch.ts";
import {
  WatchedProcess,
  type WatchedProcessOptions,
} from "../watch/watched_process.ts";
import { LATE, RestartDelay, WRONG_CONFIG } from "./supervised_process.ts";

/** Options of {@linkcode WatchedSupervision}. */
export interface WatchedSupervisionOptions extends WatchedProcessOptions {
  readonly project: ProjectWatch;
  /**
   * Maximum time for stopping before the process is killed, in milliseconds.
   */
  readonly stopDeadline: number;
}

/** Process that follows the states of a project and restarts if it fails. */
export class WatchedSupervision {
  readonly #options: WatchedSupervisionOptions;
  readonly #process: WatchedProcess;
  readonly #stopping = new AbortController();
  readonly #delay = new RestartDelay();
  /** Change or restart of the process that is under way. */
  #applying: Promise<void> = Promise.resolve();
  /** Aborted when a change has been applied. */
  #changed = new AbortController();
  #supervising: Promise<void> | undefined;
  #killed = false;

  /** Does not start the process. */
  constructor(options: WatchedSupervisionOptions) {
    this.#options = options;
    this.#process = new WatchedProcess(options);
  }

  /** Starts the process in a state, and keeps it running. */
  async start(state: State): Promise<void> {
    await this.#process.start(state);
    this.#supervising = this.#supervise();
  }

  /** Swaps to a state, or restarts the process. */
  async apply(state: State): Promise<void> {
    const { project } = this.#options;
    const isOver = () => this.#stopping.signal.aborted;
    this.#applying = tryApply(project, this.#process, state, isOver);
    await this.#applying;
    this.#changed.abort();
    this.#changed = new AbortController();
  }

  /** Stops the process, and kills it at the deadline. Returns its exit code. */
  async stop(): Promise<number> {
    this.#stopping.abort();
    await this.#applying;
    const code = this.#process.running ? await this.#stopInTime() : 0;
    await this.#supervising;
    await this.#process[Symbol.asyncDispose]();
    return this.#killed ? LATE : code;
  }

  /** Kills the process. */
  kill(): void {
    this.#killed = true;
    this.#stopping.abort();
    this.#process.kill();
  }

  async #stopInTime(): Promise<number> {
    const deadline = performance.now() + this.#options.stopDeadline;
    const stopped = this.#process.stop();
    if (!await inTime(stopped, deadline)) {
      this.#options.say("is late, killing it");
      this.kill();
    }
    return await stopped;
  }

  async #supervise(): Promise<void> {
    const { signal } = this.#stopping;
    const { say } = this.#options;
    while (!signal.aborted) {
      const start = performance.now();
      const code = await this.#process.ended;
      await this.#applying;
      if (signal.aborted) return;
      if (this.#process.running) continue; // a change restarted it
      const end = `the process ended with exit code ${code}`;
      const woken = AbortSignal.any([signal, this.#changed.signal]);
      if (code === 0 || code === WRONG_CONFIG) {
        say(`${end}, waiting for a change`);
        await whenAborted(woken);
        continue;
      }
      const wait = this.#delay.after(performance.now() - start);
      say(`${end}, starts again in ${wait / 1000} s`);
      await delay(wait, woken);
      if (signal.aborted || this.#process.running) continue;
      this.#applying = this.#process.restart();
      await this.#applying;
    }
  }
}
