import { type ChildOutput, passOutput } from "../deno/child_output.ts";
import { denoCommand } from "../deno/deno_command.ts";
import { delay } from "../run/delay.ts";

/** Options of {@linkcode SupervisedProcess}. */
export interface SupervisedProcessOptions extends ChildOutput {
  /**
   * Arguments for Deno. The program has to stop when its standard input ends.
   */
  readonly args: readonly string[];
  /**
   * Maximum time for stopping before the process is killed, in milliseconds.
   */
  readonly stopDeadline: number;
  /** Receives each line of standard error, and lines about starts and ends. */
  readonly onError: (line: string) => void;
}

/** Exit code of a wrong configuration: a restart would not change it. */
export const WRONG_CONFIG = 2;
/**
 * Exit code of a process that had work left at its stop deadline, or was
 * killed.
 */
export const LATE = 3;

/** Returns the exit code of several processes: 2, 3, 1 or 0. */
export function mostSevere(codes: readonly number[]): number {
  const failures = codes.filter((code) => code !== 0);
  return [WRONG_CONFIG, LATE].find((code) => failures.includes(code)) ??
    (failures.length > 0 ? 1 : 0);
}

/** A child process that is restarted when it fails. */
export class SupervisedProcess {
  readonly #options: SupervisedProcessOptions;
  readonly #stopping = new AbortController();
  readonly #delay = new RestartDelay();
  #child: Deno.ChildProcess | undefined;
  #ended: Promise<number> | undefined;
  #killed = false;

  /** Does not start the process. */
  constructor(options: SupervisedProcessOptions) {
    this.#options = options;
  }

  /**
   * Starts the process. Resolves with its last exit code once it has ended on
   * purpose (0), has a wrong configuration (2) or was stopped. A second call
   * returns the same promise.
   */
  run(): Promise<number> {
    return this.#ended ??= this.#run();
  }

  /** Stops the process; kills it at the deadline. */
  async stop(): Promise<void> {
    this.#stopping.abort();
    this.#signal("SIGTERM");
    const late = setTimeout(() => {
      this.#options.onError("is late, killing it");
      this.kill();
    }, this.#options.stopDeadline);
    // the caller of run() receives the error
    await this.#ended?.catch(() => {});
    clearTimeout(late);
  }

  /** Kills the process. */
  kill(): void {
    this.#killed = true;
    this.#stopping.abort();
    this.#signal("SIGKILL");
  }

  async #run(): Promise<number> {
    const { onError } = this.#options;
    for (;;) {
      const start = performance.now();
      const code = await this.#runOnce();
      if (this.#stopping.signal.aborted) return code;
      const end = `ended with exit code ${code}`;
      if (code === 0 || code === WRONG_CONFIG) {
        onError(end);
        return code;
      }
      const wait = this.#delay.after(performance.now() - start);
      onError(`${end}, starts again in ${wait / 1000} s`);
      await delay(wait, this.#stopping.signal);
      if (this.#stopping.signal.aborted) return code;
    }
  }

  async #runOnce(): Promise<number> {
    const { args, onError } = this.#options;
    const child = this.#child = denoCommand(args, {
      // Nothing is ever written: the system closes the pipe however this
      // program ends, and the child stops.
      stdin: "piped",
      stdout: "piped",
      stderr: "piped",
      // A terminal sends Ctrl-C to its whole process group: in a separate
      // group the child is stopped when its turn has come.
      detached: true,
    }).spawn();
    onError("started");
    const { code, signal } = await passOutput(child, this.#options);
    this.#child = undefined;
    await child.stdin.close().catch(() => {}); // the other end is closed
    if (this.#killed) return LATE;
    // SIGTERM ended the process before it listened to the signal: no work was
    // lost.
    const isEarly = this.#stopping.signal.aborted && signal === "SIGTERM";
    return isEarly ? 0 : code;
  }

  #signal(signal: Deno.Signal): void {
    try {
      this.#child?.kill(signal);
    } catch {
      // the process has ended
    }
  }
}

/** First and longest delay before a restart, in milliseconds. */
const FIRST = 1_000;
const LONGEST = 30_000;
/**
 * Run time after which the delay starts from the first again, in milliseconds.
 */
const RECOVERED = 60_000;

/**
 * Delay before a failed process is restarted: 1 s, 2 s … 30 s, and 1 s again
 * after a run of 60 s.
 */
export class RestartDelay {
  #next = FIRST;

  /** Returns the delay after a run of `ran` milliseconds, in milliseconds. */
  after(ran: number): number {
    if (ran >= RECOVERED) this.#next = FIRST;
    const wait = this.#next;
    this.#next = Math.min(wait * 2, LONGEST);
    return wait;
  }
}
